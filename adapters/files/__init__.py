"""What stands in the files? Rule folders and old histories, read from disk."""
