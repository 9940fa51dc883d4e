"""Situations: what alerts tell of one place and story, as one row. Pure."""
