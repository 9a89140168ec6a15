"""A definition is judged before it runs."""
