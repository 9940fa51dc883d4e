"""Which alerts each endpoint gets: endpoints, their filters, and how they change."""
