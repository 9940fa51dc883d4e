"""The feeds, one module or folder each."""
