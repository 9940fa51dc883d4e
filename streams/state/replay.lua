-- Takes a dead letter out of its stream, to be sent once more.
--
-- KEYS: replays, the stream. ARGV: field of the replays, the message, the entry.

redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('XDEL', KEYS[2], ARGV[3])
