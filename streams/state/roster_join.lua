-- A worker's place in the roster: it lives, and folds by these settings.
--
-- KEYS: meta, workers. ARGV: this worker, after how many ms of silence one is gone, what it folds by,
-- " stands" where it does, 1 where anything is folded, then facts. Returns {"", names of the settings that
-- changed...}, or where another worker lives by other settings {its name, then each name and both
-- its values...}.

local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local held, other = redis.call('HGET', KEYS[1], 'folded_by'), ''
local roster = redis.call('HGETALL', KEYS[2])
for k = 1, #roster, 2 do
  local silent = now - tonumber(string.match(roster[k + 1], '^%d+'))
  if roster[k] ~= ARGV[1] and silent < tonumber(ARGV[2]) then other = roster[k] end
  if silent > 86400000 then redis.call('HDEL', KEYS[2], roster[k]) end
end
local named, names = {other}, {}
if held and held ~= ARGV[3] then
  local was, is = cjson.decode(held), cjson.decode(ARGV[3])
  for name, value in pairs(is) do
    if was[name] and was[name] ~= value then
      named[#named + 1], named[#named + 2] = name, value .. ' here, ' .. was[name] .. ' there'
      names[#names + 1] = name
    end
  end
end
if #names > 0 then
  if other ~= '' then return named end
  if ARGV[5] == '1' then
    redis.call('HSET', KEYS[1], 'changed', cjson.encode({at_ms = now, names = names}))
  end
end
redis.call('HSET', KEYS[1], 'folded_by', ARGV[3], unpack(ARGV, 6))
redis.call('HSET', KEYS[2], ARGV[1], string.format('%.0f', now) .. ARGV[4])
table.insert(names, 1, '')
return names
