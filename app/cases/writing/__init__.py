"""How a step is written: rows computed from events, sent together, on both databases."""
