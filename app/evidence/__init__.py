"""The evidence package: everything about a case in one ZIP that proves itself without the system."""
