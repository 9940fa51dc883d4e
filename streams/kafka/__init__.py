"""The log itself: its ends, its groups, and what people report, written into it."""
