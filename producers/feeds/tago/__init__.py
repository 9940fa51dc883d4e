"""TAGO's bus positions: one request a route."""
