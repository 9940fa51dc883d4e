-- Takes the state of a partition away, so that it is folded from the log again: what is left of a
-- stopped step is believed by nobody. The log has everything. Who reads the deltas finds one that
-- says that they lead on from nothing.
--
-- KEYS: what has begun, positions, generation, the history's subjects, deltas, and every other key
-- of the partition. ARGV: the generation that is due, else "": where something was half-applied.
-- Returns 1 where it took it away, else 0: it was done.

local due = tonumber(ARGV[1])
if due == nil and redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
if due ~= nil and tonumber(redis.call('GET', KEYS[3]) or '0') >= due then return 0 end

for _, subject in ipairs(redis.call('ZRANGE', KEYS[4], 0, -1)) do
  redis.call('UNLINK', KEYS[4] .. ':' .. subject)
end
for k = #KEYS, 4, -1 do redis.call('UNLINK', KEYS[k]) end
redis.call('XADD', KEYS[5], '*', 'anew', ARGV[1])
redis.call('UNLINK', KEYS[2])
-- The last: what stops this step lets the next one begin it again.
if due ~= nil then redis.call('SET', KEYS[3], ARGV[1]) end
redis.call('UNLINK', KEYS[1])
return 1
