"""The shift book: when a shift begins and ends, and what the acts on it come to. Pure."""
