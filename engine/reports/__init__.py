"""What did happen, in figures? Pure folds over journal rows."""
