"""What is suspicious though well formed? One file per check."""
