"""What do the files say? YAML in, a Rulebook or Diagnostics out."""
