"""The figures of docs/figures.md, measured."""
