"""Which pages are there? One module each; the menu finds them."""
