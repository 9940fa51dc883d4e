"""Answers over HTTP: bodies with their tags, and refusals by code."""
