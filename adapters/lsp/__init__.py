"""How does an editor hear what `check` would say, while one writes? The language server."""
