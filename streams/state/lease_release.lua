-- Gives leases up, those that are still the dispatcher's own.
--
-- KEYS: leases. ARGV: own name.

for _, lease in ipairs(KEYS) do
  if redis.call('GET', lease) == ARGV[1] then redis.call('DEL', lease) end
end
