"""A template and plain values become a DOCX, in limited child processes: knows nothing of papers and their life."""
