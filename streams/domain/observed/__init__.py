"""What traffic says of the roads, held against what was declared of them. Pure."""
