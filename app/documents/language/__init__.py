"""The Russian of official papers: cases of names and offices, words with numbers, dates, typography."""
