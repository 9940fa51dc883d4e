"""The past: the city at one time as known at another, and what has changed since."""
