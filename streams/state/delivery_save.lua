-- Writes endpoints' states, attempts and dead letters, each by the holder of its lease alone.
--
-- KEYS: undelivered, replays, counts, then of each endpoint lease, state, attempts, dead letters.
-- ARGV: dispatcher, attempts and dead letters kept, then of each endpoint its name, state,
-- undelivered or "", how many words follow, and these: runs of ("try", id, at, status, took, error,
-- outcome), ("dead", message), ("took", field of the replays).
-- Returns 1 of each, or 0 where the lease is another's: nothing of it was written.

local function write(k, from, to)
  local i = from
  while i <= to do
    if ARGV[i] == 'try' then
      redis.call('XADD', KEYS[k + 2], 'MAXLEN', '~', ARGV[2], '*', 'id', ARGV[i + 1],
        'at_ms', ARGV[i + 2], 'status', ARGV[i + 3], 'took_ms', ARGV[i + 4], 'error', ARGV[i + 5])
      redis.call('HINCRBY', KEYS[3], ARGV[i + 6], 1)
      i = i + 7
    elseif ARGV[i] == 'dead' then
      redis.call('XADD', KEYS[k + 3], 'MAXLEN', '~', ARGV[3], '*', 'm', ARGV[i + 1])
      redis.call('HINCRBY', KEYS[3], 'expired', 1)
      i = i + 2
    else
      redis.call('HDEL', KEYS[2], ARGV[i + 1])
      i = i + 2
    end
  end
end

local written, i = {}, 4
for k = 4, #KEYS, 4 do
  local name, state, undelivered, last = ARGV[i], ARGV[i + 1], ARGV[i + 2], i + 3 + tonumber(ARGV[i + 3])
  local is_ours = redis.call('GET', KEYS[k]) == ARGV[1]
  if is_ours then
    redis.call('SET', KEYS[k + 1], state)
    if undelivered == '' then redis.call('HDEL', KEYS[1], name)
    else redis.call('HSET', KEYS[1], name, undelivered) end
    write(k, i + 4, last)
  end
  written[#written + 1] = is_ours and 1 or 0
  i = last + 1
end
return written
