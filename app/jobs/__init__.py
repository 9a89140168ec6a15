"""What must happen after a decision: an outbox in the same transaction, and those who empty it."""
