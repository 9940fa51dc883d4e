"""Asking the portals, taking pushes, and keeping the clock."""
