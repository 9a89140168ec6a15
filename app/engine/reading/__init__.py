"""A workflow file becomes a Definition: its text, its vocabulary, its conditions."""
