-- Gives leases up, those that are still the dispatcher's own.
--
-- ARGV: own name, prefix of the leases, then endpoints.

for i = 3, #ARGV do
  if redis.call('GET', ARGV[2] .. ARGV[i]) == ARGV[1] then redis.call('DEL', ARGV[2] .. ARGV[i]) end
end
