"""Writes docs/reference.md, every key of every rule file in both languages, from the one vocabulary: `python -m tests.tidy.reference`."""

from collections.abc import Iterator
from typing import get_args

from pydantic import BaseModel

from engine.language.compile import FORMS
from engine.language.said import Said
from engine.language.vocabulary import BESIDE_FIELDS, COMPARISONS, explained
from tests.tidy.tree import ROOT

PAGE = ROOT / "docs" / "reference.md"
HEAD = """# Reference 参考

Every key of every rule file, in Chinese and English, written from the same table as the hover texts of editors: `python -m tests.tidy.reference` writes
this page anew, and a test compares. What the keys mean together, with examples that run: [language](language.md). 每个键一句话;合起来怎么用、能跑的例子,见[规则语言](language.md)。
"""


def page() -> str:
    """The whole page."""
    parts, seen = [HEAD], dict[type[BaseModel], str]()
    for kind, form in FORMS.items():
        parts.append(f"## kind: {kind}\n")
        parts += _once(form, seen)
    parts.append("## Conditions 条件\n")
    parts.append(_rows({**COMPARISONS, **BESIDE_FIELDS}))
    return "\n".join(parts)


def _once(kind: type[BaseModel], seen: dict[type[BaseModel], str]) -> Iterator[str]:
    """Each block where it stands first; where it stands again, a word says so, and what is inside it is not repeated."""
    again = "\n"
    for form, place in _blocks(kind, ()):
        if place.startswith(again):
            continue
        if form in seen:
            again = f"{place} › "
            yield f"### `{place}`\n\n与 `{seen[form]}` 相同。The same as `{seen[form]}`.\n"
        else:
            seen[form] = place
            yield _table(form, place)


def _blocks(
    form: type[BaseModel], place: tuple[str, ...], above: tuple[type[BaseModel], ...] = ()
) -> Iterator[tuple[type[BaseModel], str]]:
    """A form and those inside it, each where it stands: `policies`, `policies › timeline`."""
    yield form, " › ".join(place)
    for name, info in form.model_fields.items():
        for inner in _forms_in(info.annotation):
            if inner not in (*above, form):
                yield from _blocks(inner, (*place, info.alias or name), (*above, form))


def _forms_in(annotation: object) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return list(dict.fromkeys(form for argument in get_args(annotation) for form in _forms_in(argument)))


def _table(form: type[BaseModel], place: str) -> str:
    said = explained(form)
    keys = [info.alias or name for name, info in form.model_fields.items()]
    about = said.get("")
    head = f"### `{place}`\n\n" if place else ""
    lead = f"{about.zh}。{about.en[:1].upper()}{about.en[1:]}.\n\n" if about and place else ""
    return head + lead + _rows({key: said[key] for key in keys if key in said})


def _rows(said: dict[str, Said]) -> str:
    lines = ["| Key 键 | 中文 | English | Default 默认 |", "|---|---|---|---|"]
    lines += [f"| `{key}` | {_cell(one.zh)} | {_cell(one.en)} | {f'`{one.default}`' if one.default else ''} |" for key, one in said.items()]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
