-- Which of these commands the Redis user may not run.
--
-- ARGV: a JSON list of commands, each a list of its words. Returns them as "COMMAND key".

local refused = {}
for _, command in ipairs(cjson.decode(ARGV[1])) do
  if redis.acl_check_cmd and not redis.acl_check_cmd(unpack(command)) then
    refused[#refused + 1] = command[1] .. (command[2] and ' ' .. command[2] or '')
  end
end
return refused
