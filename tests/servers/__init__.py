"""Real servers for tests: PostgreSQL, Redis and a browser, started and stopped by the tests themselves."""
