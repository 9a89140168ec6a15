"""Organisations, people, positions and the forms of their names."""
