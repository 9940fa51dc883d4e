"""Which stage reads which topic, and the files they stand on."""
