"""In which sound rulebook is a slip shown? A small one that compiles without a word."""

SPECIMEN: dict[str, str] = {}
