"""How is a phone call made? By a provider, or by a person from the call list."""
