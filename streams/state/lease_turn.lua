-- A dispatcher's turn: it lives, and the leases that are still its own are renewed.
--
-- KEYS: dispatchers. ARGV: own name, lease in ms, prefix of the leases, then endpoints held so far.
-- Returns the dispatchers alive, and the endpoints of the leases that are still its own.

local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
local held = {}
for i = 4, #ARGV do
  local lease = ARGV[3] .. ARGV[i]
  if redis.call('GET', lease) == ARGV[1] then
    redis.call('PEXPIRE', lease, ARGV[2])
    held[#held + 1] = ARGV[i]
  end
end
return {redis.call('ZRANGE', KEYS[1], 0, -1), held}
