"""First pages: what waits for me, and the head's overview."""
