"""Is the reference page what the vocabulary says today, and does it leave no key out?"""

from engine.language.vocabulary import KEYS
from tests.tidy.reference import PAGE, page


def test_the_reference_page_is_written_from_the_vocabulary() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "write it anew: python -m tests.tidy.reference"


def test_every_key_of_the_vocabulary_stands_on_the_page() -> None:
    text = page()

    missing = [
        f"{form}.{key}" for form, keys in KEYS.items() for key, said in keys.items() if key and said.zh.replace("|", "\\|") not in text
    ]

    assert missing == []
