"""Bytes of an answer or file into rows: encodings, envelopes, tables, times, places, people."""
