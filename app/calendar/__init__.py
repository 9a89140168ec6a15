"""Working days of the country, kept per year; terms of the procedure and queues are counted with them."""
