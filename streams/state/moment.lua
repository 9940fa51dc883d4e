-- Several hashes and streams of a partition as they stand in one moment.
--
-- KEYS: hashes, then streams. ARGV: how many are hashes. Returns the rows and the entries.

local found = {}
for i, name in ipairs(KEYS) do
  if i <= tonumber(ARGV[1]) then found[i] = redis.call('HGETALL', name)
  else found[i] = redis.call('XRANGE', name, '-', '+') end
end
return found
