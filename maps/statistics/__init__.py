"""Statistics of the history for whoever asks: bodies, tables to take along, and the asking."""
