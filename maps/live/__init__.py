"""The live stream: one loop on Redis, one picture, the same bytes for every reader."""
