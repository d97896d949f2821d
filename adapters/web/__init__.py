"""What comes in and goes out over HTTP? Events and receipts in; cases, tasks and health out."""
