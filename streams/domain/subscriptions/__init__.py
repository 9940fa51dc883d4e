"""Who hears what: endpoints, their filters, and how they change."""
