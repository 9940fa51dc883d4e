-- All keys of a slot as they stand in one moment, for a snapshot.
--
-- KEYS: one key of the slot. ARGV: the pattern of its keys, then names that are left out.
-- Returns {name, type, content} of each; of a stream the id of its last entry ("": none): entries
-- are only added, so those up to it are read afterwards.

local left_out, found, cursor = {}, {}, '0'
for i = 2, #ARGV do left_out[ARGV[i]] = true end

local function content(kind, name)
  if kind == 'hash' then return redis.call('HGETALL', name) end
  if kind == 'string' then return redis.call('GET', name) end
  if kind == 'zset' then return redis.call('ZRANGE', name, 0, -1, 'WITHSCORES') end
  if kind == 'stream' then
    local last = redis.call('XREVRANGE', name, '+', '-', 'COUNT', 1)[1]
    return last and last[1] or ''
  end
  return ''
end

repeat
  local page = redis.call('SCAN', cursor, 'MATCH', ARGV[1], 'COUNT', 1000)
  cursor = page[1]
  for _, name in ipairs(page[2]) do
    if not left_out[name] then
      left_out[name] = true -- SCAN may name a key twice
      local kind = redis.call('TYPE', name).ok
      found[#found + 1] = {name, kind, content(kind, name)}
    end
  end
until cursor == '0'
return found
