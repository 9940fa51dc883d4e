"""What decides in the delivery: pure functions of what is known of an endpoint and an event."""
