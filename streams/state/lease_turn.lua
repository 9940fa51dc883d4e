-- A dispatcher's turn: it lives, and the leases that are still its own are renewed.
--
-- KEYS: dispatchers, then the leases held so far. ARGV: own name, lease in ms.
-- Returns the dispatchers alive, and of each lease 1 where it is still its own.

local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
local held = {}
for k = 2, #KEYS do
  local is_ours = redis.call('GET', KEYS[k]) == ARGV[1]
  if is_ours then redis.call('PEXPIRE', KEYS[k], ARGV[2]) end
  held[k - 1] = is_ours and 1 or 0
end
return {redis.call('ZRANGE', KEYS[1], 0, -1), held}
