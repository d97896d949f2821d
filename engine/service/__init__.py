"""In what order do things happen? The use cases: transactions, retries, no opinion."""
