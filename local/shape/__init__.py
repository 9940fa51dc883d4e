"""`python -m local.shape`: how much of the code one change touches, in figures with bounds."""
