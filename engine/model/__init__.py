"""What are the nouns? Frozen values; they import nothing of ours but each other."""
