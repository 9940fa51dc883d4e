"""The API: one file a resource, with its bodies, its handlers and its routes."""
