"""The plan (road map) of a case: measures with terms and owners, their execution, and what each round changed."""
