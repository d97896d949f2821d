"""What does the engine need of the world? Protocols of at most eight methods."""
