-- The gate's one step: a run of messages is applied whole, or not at all.
--
-- KEYS: positions, deltas, the history's subjects, those of them that are gone, what has begun; they
-- and all that ARGV names are of one partition, in its slot.
-- ARGV: position field, first and last offset, log start, delta or "", deltas kept, history in ms,
-- then runs of ("set" | "del" | "add", hash, number of values, values...), of
-- ("log", subject, 3, known_ms, row, kept so much longer in ms), of ("out", stream, 1, alert) and,
-- before all these, of ("forget", stream of the alerts, 1, subject).
-- Returns {1 applied | 0 begins with what is in | -1 hole | -2 half-applied, the last offset the
-- state contains}.
--
-- Redis takes nothing back when a script is stopped in the middle. So what could stop it is asked
-- before the first write (memory by Redis itself, for the first write needs some; rights below),
-- and a mark stands from the first write to the last: a partition with one is not to be believed.

local MANY = 1000 -- what one call takes of a long list: Lua's stack is short

local at = tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or '-1')
local first, last, start = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
if redis.call('HEXISTS', KEYS[5], ARGV[1]) == 1 then return {-2, at} end
if at < start - 1 then at = start - 1 end
if first <= at then return {0, at} end
if first > at + 1 then return {-1, at} end

local past, deltas_kept, history_ms = {}, ARGV[6], tonumber(ARGV[7])

-- The first command of these that the user may not run, as an error; else nil.
local function refused(...)
  if not redis.acl_check_cmd then return nil end
  for _, command in ipairs({...}) do
    if not redis.acl_check_cmd(unpack(command)) then
      return redis.error_reply('NOPERM the Redis user may not run ' .. command[1] .. ' on ' .. command[2])
    end
  end
end

local NEEDED = {set = {'HSET', '0', '0'}, del = {'HDEL', '0'}, add = {'HINCRBY', '0', '1'}, out = {'XADD', '*', 'a', '0'}}

local function refused_run(verb, name)
  if verb == 'forget' then
    return refused({'XRANGE', name, '-', '+'}, {'XDEL', name, '0'}, {'UNLINK', KEYS[2]}, {'UNLINK', KEYS[3] .. ':0'},
      {'ZREM', KEYS[3], '0'}, {'ZREM', KEYS[4], '0'})
  end
  if verb ~= 'log' then
    local command = NEEDED[verb]
    return refused({command[1], name, unpack(command, 2)})
  end
  local stream = KEYS[3] .. ':' .. name
  return refused({'XADD', stream, '*', 'v', '0'}, {'XREVRANGE', stream, '+', '-'}, {'XTRIM', stream, 'MINID', '0'},
    {'UNLINK', stream}, {'ZMSCORE', KEYS[3], '0'}, {'ZADD', KEYS[3], '0', '0'}, {'ZREM', KEYS[3], '0'},
    {'ZADD', KEYS[4], '0', '0'}, {'ZREM', KEYS[4], '0'}, {'ZRANGEBYSCORE', KEYS[4], '0', '0'})
end

local function refused_any()
  local seen, k = {}, 8
  while k <= #ARGV do
    local verb, name = ARGV[k], ARGV[k + 1]
    local sort = verb == 'log' and verb or verb .. name -- one stream of the history stands for all
    if not seen[sort] then
      seen[sort] = true
      local reason = refused_run(verb, name)
      if reason then return reason end
    end
    k = k + 3 + tonumber(ARGV[k + 2])
  end
  return refused({'HSET', KEYS[1], '0', '0'}, {'HDEL', KEYS[5], '0'}, {'XADD', KEYS[2], '*', 'd', '0'})
end

local reason = refused_any()
if reason then return reason end
redis.call('HSET', KEYS[5], ARGV[1], ARGV[3])

-- The rule of `domain.alerts.is_about`.
local OF_WORKS = {closure = true, overdue = true, unseen = true, clash = true}
local function is_about(alert, subject)
  if alert.subject == subject then return true end
  if not OF_WORKS[alert.rule] or subject:sub(1, 5) ~= 'work:' then return false end
  for _, work in ipairs(alert.facts and alert.facts.works or {}) do
    if work == subject:sub(6) then return true end
  end
  return false
end

-- Takes away what is remembered and told of a subject. Deltas may tell of it: who reads them finds
-- one that leads on from nothing, and reads the rows.
local function drop(outbox, subject)
  redis.call('UNLINK', KEYS[3] .. ':' .. subject)
  redis.call('ZREM', KEYS[3], subject)
  redis.call('ZREM', KEYS[4], subject)
  local from, entries = '-', {}
  repeat
    entries = redis.call('XRANGE', outbox, from, '+', 'COUNT', MANY)
    for _, entry in ipairs(entries) do
      from = '(' .. entry[1]
      local is_read, alert = pcall(cjson.decode, entry[2][2])
      if is_read and is_about(alert, subject) then redis.call('XDEL', outbox, entry[1]) end
    end
  until #entries < MANY
  redis.call('UNLINK', KEYS[2])
  redis.call('XADD', KEYS[2], '*', 'anew', '')
end

local i = 8
while i <= #ARGV do
  local verb, hash, n = ARGV[i], ARGV[i + 1], tonumber(ARGV[i + 2])
  if verb == 'log' then past[#past + 1] = {subject = hash, known_ms = tonumber(ARGV[i + 3]), row = ARGV[i + 4], longer_ms = tonumber(ARGV[i + 5])}
  elseif verb == 'out' then redis.call('XADD', hash, '*', 'a', ARGV[i + 3])
  elseif verb == 'forget' then drop(hash, ARGV[i + 3])
  else
    for from = i + 3, i + 2 + n, MANY do
      local to = math.min(from + MANY - 1, i + 2 + n)
      if verb == 'set' then redis.call('HSET', hash, unpack(ARGV, from, to))
      elseif verb == 'del' then redis.call('HDEL', hash, unpack(ARGV, from, to))
      else for k = from, to, 2 do redis.call('HINCRBY', hash, ARGV[k], ARGV[k + 1]) end end
    end
  end
  i = i + 3 + n
end

local function each_many(list, act)
  for from = 1, #list, MANY do act(unpack(list, from, math.min(from + MANY - 1, #list))) end
end

-- When something of each subject was last learnt, ms; 0: never.
local function last_known(subjects)
  local known = {}
  each_many(subjects, function(...)
    local scores = redis.call('ZMSCORE', KEYS[3], ...)
    for k, subject in ipairs({...}) do known[subject] = tonumber(scores[k] or '0') end
  end)
  return known
end

local function text(ms) return string.format('%.0f', ms) end

-- Drops what is too old of one subject. The newest such entry is kept: it is what was known when
-- the history begins.
local function trim(stream, now_ms, longer_ms)
  local from_ms = math.max(0, now_ms - history_ms - longer_ms)
  local old = redis.call('XREVRANGE', stream, text(from_ms), '-', 'COUNT', 1)[1]
  if old then redis.call('XTRIM', stream, 'MINID', old[1]) end
end

-- Appends to the subjects' streams, in the order of the log even where a source's clock went back.
-- What names them is written before them: whoever takes all away finds them by it.
-- A stream is trimmed a hundred times in its history, not at every entry.
local function remember()
  local subjects, rows = {}, {}
  for _, entry in ipairs(past) do
    if not rows[entry.subject] then subjects[#subjects + 1] = entry.subject end
    rows[entry.subject] = entry.row
  end
  local known, slice_ms, latest_ms = last_known(subjects), math.max(1, history_ms / 100), 0
  for _, entry in ipairs(past) do
    entry.before_ms = known[entry.subject]
    entry.ms = math.max(entry.before_ms, entry.known_ms)
    known[entry.subject], latest_ms = entry.ms, math.max(latest_ms, entry.ms)
  end
  local scores, gone, here = {}, {}, {}
  for _, subject in ipairs(subjects) do
    local ms = text(known[subject])
    scores[#scores + 1], scores[#scores + 2] = ms, subject
    if rows[subject] == 'null' then gone[#gone + 1], gone[#gone + 2] = ms, subject
    else here[#here + 1] = subject end
  end
  each_many(scores, function(...) redis.call('ZADD', KEYS[3], ...) end)
  each_many(gone, function(...) redis.call('ZADD', KEYS[4], ...) end)
  each_many(here, function(...) redis.call('ZREM', KEYS[4], ...) end)
  for _, entry in ipairs(past) do
    local stream = KEYS[3] .. ':' .. entry.subject
    redis.call('XADD', stream, text(entry.ms) .. '-*', 'v', entry.row)
    if math.floor(entry.before_ms / slice_ms) ~= math.floor(entry.ms / slice_ms) then
      trim(stream, entry.ms, entry.longer_ms)
    end
  end
  return latest_ms
end

-- Subjects that went before the history begins: that they are not there is what a missing one says.
local function forget(now_ms)
  local old = redis.call('ZRANGEBYSCORE', KEYS[4], '-inf', text(now_ms - history_ms), 'LIMIT', 0, MANY)
  for _, subject in ipairs(old) do redis.call('UNLINK', KEYS[3] .. ':' .. subject) end
  each_many(old, function(...) redis.call('ZREM', KEYS[3], ...) end)
  each_many(old, function(...) redis.call('ZREM', KEYS[4], ...) end)
end

if #past > 0 then forget(remember()) end
if ARGV[5] ~= '' then redis.call('XADD', KEYS[2], 'MAXLEN', '~', deltas_kept, '*', 'd', ARGV[5]) end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
redis.call('HDEL', KEYS[5], ARGV[1])
return {1, last}
