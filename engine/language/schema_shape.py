"""How is pydantic's JSON Schema made simple for editors? No nulls, no defaults, and no unions: two ways to write become one schema.

Editors explain a union badly ("matches multiple schemas", the wrong branch reported: authoring.md section 7). Keywords of JSON
Schema bind one type each, so a list, a block and a text can share a schema: `items` binds the list, `properties` the block.
"""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"

FREE_TEXT: tuple[Json, ...] = ("string", "number", "boolean")
"""Free text may look like a number to an editor (`phone: 13800000001`)."""
REF = "#/$defs/"
_LEFT_OUT = ("default",)
_NOT_MERGED = ("type", "enum", "const", "enumDescriptions", "title", "description", "markdownDescription")


def simple(node: Json, forms: Mapping[str, Json]) -> Json:
    """A schema as pydantic wrote it -> the same in plain shape. forms: the `$defs` it may point to."""
    if isinstance(node, list):
        return [simple(item, forms) for item in node]
    if not isinstance(node, dict):
        return node
    options = node.get("anyOf")
    if isinstance(options, list):
        ways = [option for option in options if isinstance(option, dict) and option != {"type": "null"}]
        told = {key: value for key, value in node.items() if key != "anyOf"}
        node = {**_one(ways, forms), **told}
    plain = {key: simple(value, forms) for key, value in node.items() if key not in (*_LEFT_OUT, "properties")}
    properties = node.get("properties")
    if isinstance(properties, dict):  # A key of ours may be called like a keyword of JSON Schema.
        plain["properties"] = {key: simple(value, forms) for key, value in properties.items()}
    if plain.get("type") == "string" and "enum" not in plain and "const" not in plain:
        plain["type"] = list(FREE_TEXT)
    return plain


def _one(ways: Sequence[dict[str, Json]], forms: Mapping[str, Json]) -> dict[str, Json]:
    """Several ways to write a value, as one schema."""
    if len(ways) == 1:
        return ways[0]
    types: list[Json] = []
    merged: dict[str, Json] = {}
    for way in ways:
        whole = _behind(way, forms)
        words = whole.get("enum", [whole["const"]] if "const" in whole else None)
        if words is not None:  # These are the words of a text; a list or block is asked nothing here.
            told = {"enumDescriptions": whole["enumDescriptions"]} if "enumDescriptions" in whole else {}
            merged.update({"if": {"type": ["array", "object"]}, "then": True, "else": {"enum": words, **told}, "examples": words})
        written = whole.get("type", "string")
        free = written == "string" and words is None
        types += list(FREE_TEXT) if free else written if isinstance(written, list) else [written]
        merged.update({key: value for key, value in whole.items() if key not in _NOT_MERGED})
    return {"type": list(dict.fromkeys(str(one) for one in types)), **merged}


def _behind(way: Mapping[str, Json], forms: Mapping[str, Json]) -> Mapping[str, Json]:
    """The form a reference points to; anything else is itself."""
    found = forms.get(str(way.get("$ref", "")).removeprefix(REF))
    return found if isinstance(found, dict) else way
