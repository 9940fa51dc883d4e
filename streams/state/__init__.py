"""The state in Redis: the gate that changes it in one step, and what reads it."""
