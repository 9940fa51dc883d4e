"""Everything people look at: the live map, a work's page, the API. Reads Redis, and of
Kafka the access records alone.
"""
