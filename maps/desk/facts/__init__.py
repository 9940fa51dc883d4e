"""What is known of a place: its links, what blocks them, its buses and the ways round it."""
