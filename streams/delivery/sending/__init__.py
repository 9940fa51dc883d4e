"""What sends in the delivery: the outbox, the leases, the requests, the log of receipts."""
