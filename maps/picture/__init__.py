"""The picture: what Redis says, kept in memory, moved on by deltas, and sent to every reader."""
