"""Ground floor: database, unit of work, clock, errors, ports. Knows nothing of schools."""
