"""What stands where a personal value was erased? One mark that every reader knows."""

ERASED = "〔已删除〕"
"""In the place of a value: whether there was one stays known, what it was does not."""


def is_erased(text: str) -> bool:
    """The value was erased on purpose."""
    return text == ERASED
