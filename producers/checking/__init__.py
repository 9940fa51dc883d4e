"""`python -m producers check`: what a file would come to."""
