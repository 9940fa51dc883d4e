"""The log itself: its ends, its groups, and what people tell, written into it."""
