"""Procedures as authors and administrators lead them: checked, tried, published, cases moved between versions."""
