"""Uploaded files: kept by content, shown to whoever sees the case or programme they belong to."""
