"""What do people work at? The console: pages for the desk, served beside the HTTP gate or alone."""
