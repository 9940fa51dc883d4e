"""The server: addresses, pages, headers, health."""
