"""Official papers: templates, language, rendering, numbers and files."""
