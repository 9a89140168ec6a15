"""A procedure as a drawing."""
