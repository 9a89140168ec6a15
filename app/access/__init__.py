"""Who may see and do what: roles, capabilities, memberships, row policies."""
