"""What keeps the daemon's heart beating? APScheduler, with a handful of fixed jobs and a watchdog."""
