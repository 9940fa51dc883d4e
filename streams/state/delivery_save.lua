-- Writes an endpoint's state, attempts and dead letters, by the holder of its lease alone.
--
-- KEYS: lease, state, attempts, dead letters, undelivered, replays, counts. ARGV: dispatcher,
-- endpoint, state, undelivered or "", attempts and dead letters kept, then runs of
-- ("try", id, at, status, took, error, outcome), ("dead", message), ("took", field of the replays).
-- Returns 1, or 0 where the lease is another's: nothing was written.

if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[2], ARGV[3])
if ARGV[4] == '' then redis.call('HDEL', KEYS[5], ARGV[2])
else redis.call('HSET', KEYS[5], ARGV[2], ARGV[4]) end
local i = 7
while i <= #ARGV do
  if ARGV[i] == 'try' then
    redis.call('XADD', KEYS[3], 'MAXLEN', '~', ARGV[5], '*', 'id', ARGV[i + 1],
      'at_ms', ARGV[i + 2], 'status', ARGV[i + 3], 'took_ms', ARGV[i + 4], 'error', ARGV[i + 5])
    redis.call('HINCRBY', KEYS[7], ARGV[i + 6], 1)
    i = i + 7
  elseif ARGV[i] == 'dead' then
    redis.call('XADD', KEYS[4], 'MAXLEN', '~', ARGV[6], '*', 'm', ARGV[i + 1])
    redis.call('HINCRBY', KEYS[7], 'expired', 1)
    i = i + 2
  else
    redis.call('HDEL', KEYS[6], ARGV[i + 1])
    i = i + 2
  end
end
return 1
