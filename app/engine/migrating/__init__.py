"""A live case moves to another version of its procedure, and back."""
