"""A procedure is tried: scenarios, their coverage, random histories."""
