"""Corridors: ways through the city between two places, and how long they take."""
