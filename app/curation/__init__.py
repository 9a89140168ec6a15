"""Curation: the agreement of two schools, the curator's visits, their reports and recommendations."""
