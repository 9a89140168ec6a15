"""How two versions of a procedure differ, in words."""
