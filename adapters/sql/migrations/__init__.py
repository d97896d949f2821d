"""How did the tables become what they are? One file per step, in `versions`."""
