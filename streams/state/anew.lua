-- Takes the whole state away, so that it is folded from the log again: what is left of a stopped
-- step is believed by nobody. The log has everything; marks say that the state is being made again.
--
-- KEYS: what has begun, positions, the marks of what is made again, the history's subjects, the
-- facts, and every other key of the state. ARGV: "1": whatever is; else only where something was half-applied.
-- Returns 1 where it took it away, else 0.

if ARGV[1] ~= '1' and redis.call('EXISTS', KEYS[1]) == 0 then return 0 end

local positions = redis.call('HGETALL', KEYS[2])
for k = 1, #positions, 2 do redis.call('HSET', KEYS[3], positions[k], positions[k + 1]) end

local cursor = '0'
repeat
  local found = redis.call('SCAN', cursor, 'MATCH', KEYS[4] .. ':*', 'COUNT', 1000)
  cursor = found[1]
  for _, key in ipairs(found[2]) do redis.call('UNLINK', key) end
until cursor == '0'
redis.call('UNLINK', KEYS[4])
for k = #KEYS, 6, -1 do redis.call('UNLINK', KEYS[k]) end
redis.call('HDEL', KEYS[5], 'changed')
redis.call('UNLINK', KEYS[2])
redis.call('UNLINK', KEYS[1]) -- the last: what stops this step lets the next one begin it again
return 1
