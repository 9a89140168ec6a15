"""The administrator's room: accounts, dictionaries, people and organisations."""
