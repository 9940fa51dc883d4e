"""What the facts mean: the verdict over a place and how certain it is."""
