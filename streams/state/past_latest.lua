-- The last entry of each stream at or before a time: its id and its value, or nothing.
--
-- KEYS: streams. ARGV: their times, ms.

local found = {}
for i, stream in ipairs(KEYS) do
  local last = redis.call('XREVRANGE', stream, ARGV[i], '-', 'COUNT', 1)[1]
  found[i] = last and {last[1], last[2][2]} or {}
end
return found
