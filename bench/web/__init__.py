"""The map in a real browser: first picture, bytes, latency, long tasks."""
