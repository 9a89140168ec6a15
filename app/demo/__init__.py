"""The demo: the four pairs of schools of Penza, 2025. Real schools, exemplary people, training figures."""
