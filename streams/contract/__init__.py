"""What the processes agree on: errors, settings, topics, records and how they are written.

Producers and maps may import all of it; it imports nothing of the other rooms but `people`.
"""
