"""The decisions: pure functions and frozen records, standard library only."""
