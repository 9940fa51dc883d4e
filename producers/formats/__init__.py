"""What the answers of portals and the rows of files mean: pure, one file a format."""
