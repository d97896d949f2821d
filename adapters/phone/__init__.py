"""How is a phone call made? By a vendor, or by a person from the call list."""
