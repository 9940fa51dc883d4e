"""Recordings of answers, without people and keys, and their replay."""
