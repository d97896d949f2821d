"""Does the vocabulary say of every key, in both languages, what it means, and of nothing else?"""

import re
from collections.abc import Iterator
from typing import get_args

import pytest
from pydantic import BaseModel

from engine.language.compile import FORMS
from engine.language.said import Said
from engine.language.vocabulary import BESIDE_FIELDS, COMPARISONS, KEYS, explained
from engine.model.condition import Word


def forms() -> Iterator[type[BaseModel]]:
    seen: set[type[BaseModel]] = set()
    left: list[type[BaseModel]] = list(FORMS.values())
    while left:
        form = left.pop()
        if form not in seen:
            seen.add(form)
            yield form
            left += [inner for info in form.model_fields.values() for inner in _forms_in(info.annotation)]


def _forms_in(annotation: object) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [form for argument in get_args(annotation) for form in _forms_in(argument)]


def keys_of(form: type[BaseModel]) -> list[str]:
    return [info.alias or name for name, info in form.model_fields.items()]


EVERYTHING: list[tuple[str, Said]] = [
    *((f"{form}.{key}", said) for form, keys in KEYS.items() for key, said in keys.items()),
    *COMPARISONS.items(),
    *BESIDE_FIELDS.items(),
]


@pytest.mark.parametrize("form", list(forms()), ids=lambda form: form.__name__)
def test_every_key_of_a_form_is_explained_and_no_other(form: type[BaseModel]) -> None:
    assert form.__name__ in KEYS
    assert sorted(explained(form)) == sorted(["", *keys_of(form)])


def test_nothing_is_explained_that_does_not_exist() -> None:
    assert set(KEYS) <= {each.__name__ for form in forms() for each in form.__mro__}
    assert set(COMPARISONS) == {str(word) for word in Word if word not in (Word.IS, Word.ONE_OF)}


def test_every_word_is_explained_in_both_languages() -> None:
    chinese = re.compile(r"[一-鿿]")

    assert len(EVERYTHING) > 300
    assert [word for word, said in EVERYTHING if not chinese.search(said.zh) or chinese.search(said.en.replace("元", ""))] == []
    assert [word for word, said in EVERYTHING if said.zh.count("`") % 2 or said.en.count("`") % 2] == []


def test_a_default_is_told_with_the_sentence() -> None:
    said = Said("多久", "how long", "1 h")

    assert said.of("zh") == "多久。默认 `1 h`"
    assert said.of("en") == "how long. Default: `1 h`"
