"""Programmes, cases and their way through the stages; the only room that talks to the engine."""
