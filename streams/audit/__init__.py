"""The audit: the log folded again from its begin, held against the state that stands."""
