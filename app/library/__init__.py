"""The bank of methodical materials and the publications on the sites of schools."""
