"""What does the console say, in Chinese and in English? One module of words per page, both languages side by side."""

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache

LANGS = ("zh", "en")

Words = Mapping[str, tuple[str, str]]
"""Key -> (Chinese, English); `{name}` stands for a value."""


@cache
def all_words() -> Words:
    """Every word, under `<module>.<key>`."""
    found: dict[str, tuple[str, str]] = {}
    for module in pkgutil.iter_modules(__path__):
        words: Words = importlib.import_module(f"{__name__}.{module.name}").WORDS
        found |= {f"{module.name}.{key}": both for key, both in words.items()}
    return found


def say(key: str, lang: str, **values: object) -> str:
    """The word in this language. A key that nobody wrote is our own mistake and raises KeyError."""
    text = all_words()[key][LANGS.index(lang)]
    for name, value in values.items():
        text = text.replace("{" + name + "}", str(value))
    return text
