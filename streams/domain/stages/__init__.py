"""One file a stage: which messages it takes, and what each does to its rows. Pure."""
