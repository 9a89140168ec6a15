"""An uploaded template is examined before anybody prints with it."""
