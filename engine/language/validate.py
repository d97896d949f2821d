"""Does a tree fit its form? Every complaint of the form becomes a diagnostic with a place."""

from typing import TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from engine.language.diagnostics import Findings, did_you_mean, nearest
from engine.language.form_types import Form
from engine.language.source import Node, Part, Path, Source

ROUNDS_MAX = 8
F = TypeVar("F", bound=Form)

_SHAPES = {
    "model_type": ("这里要写一组键", "a block of keys is wanted here"),
    "model_attributes_type": ("这里要写一组键", "a block of keys is wanted here"),
    "dict_type": ("这里要写一组键", "a block of keys is wanted here"),
    "list_type": ("这里要写列表", "a list is wanted here"),
    "string_type": ("这里要写一个词或一句话,不是列表或一组键", "a text is wanted here, not a list or mapping"),
}


_KEYS_FIX = ("另起一行,缩进两格,写 `键: 值`", "begin a new line, two spaces in, with `key: value`")
_SHAPE_FIXES = {
    "list_type": ("另起一行,每项前面写 `- `", "begin a new line, each item with `- ` before it"),
    "string_type": ("去掉括号;正文里有 { 或 [ 时写成 `text: |`,正文另起一行", "drop the brackets; put a text with { or [ below `text: |`"),
}


class _Items(list[Node]):
    """A list that remembers where its items stood before some were left out."""

    origin: list[int]


def fill_in(model: type[F], source: Source, findings: Findings) -> F | None:
    """Fill a form from a file. Reports all that is wrong; what is wrong is then left out, so that the next passes go on with the rest.

    Returns None where too little is left.
    """
    data = _copy(source.data)
    for round_number in range(ROUNDS_MAX):
        try:
            form = model.model_validate(data)
        except ValidationError as error:
            details = error.errors()
            if round_number == 0:
                for detail in details:
                    _report(model, source, detail, findings)
            paths = {_standing(data, tuple(detail["loc"])) for detail in details}
            pruned = [_prune(data, path) for path in sorted(paths, key=_order, reverse=True)]
            if not any(pruned):
                return None
        else:
            _settle(form, data, source, ())
            return form
    return None


def _copy(node: Node) -> Node:
    if isinstance(node, dict):
        return {key: _copy(value) for key, value in node.items()}
    if isinstance(node, list):
        items = _Items(_copy(value) for value in node)
        items.origin = list(range(len(node)))
        return items
    return node


def _order(path: Path) -> tuple[tuple[int, str], ...]:
    return tuple((part, "") if isinstance(part, int) else (-1, part) for part in path)


def _standing(data: Node, loc: Path) -> Path:
    """The part of a path that exists in the tree."""
    path: Path = ()
    for part in loc:
        inside = _child(data, part)
        if inside:
            data, path = inside[0], (*path, part)
    return path


def _child(data: Node, part: Part) -> list[Node]:
    """What stands at a key or index: one item, or none."""
    if isinstance(part, str):
        return [data[part]] if isinstance(data, dict) and part in data else []
    return data[part : part + 1] if isinstance(data, list) else []


def _report(model: type[BaseModel], source: Source, detail: ErrorDetails, findings: Findings) -> None:
    loc, kind = tuple(detail["loc"]), detail["type"]
    path = source.known(loc)
    context = detail.get("ctx", {})
    if kind == "ours" and detail["input"] is not None:
        findings.add(context["code"], source.at(*path), context["zh"], context["en"], fix=(context["fix_zh"], context["fix_en"]))
    elif kind == "extra_forbidden":
        word = str(loc[-1])
        note, fix = did_you_mean(word, allowed_keys(model, loc[:-1]))
        findings.add("F101", source.key(*path), f"这里没有 “{word}” 这个键", f"there is no key “{word}” here", note=note, fix=fix)
    elif kind == "missing" or detail["input"] is None:
        word = str(loc[-1])
        empty = kind != "missing"
        zh, en = (f"“{word}” 后面是空的", f"“{word}” is empty") if empty else (f"少写了 “{word}”", f"“{word}” is missing")
        listed = bool(path) and isinstance(path[-1], int)
        findings.add("F102", source.at(*path) if listed else source.key(*path), zh, en, fix=(f"补上 `{word}: ……`", f"add `{word}: ...`"))
    elif kind in ("literal_error", "enum"):
        _report_choice(source, path, detail, findings)
    else:
        zh, en = _SHAPES.get(kind, ("这里的写法不对", "written in the wrong form"))
        fix = _SHAPE_FIXES.get(kind, _KEYS_FIX)
        findings.add("F110", source.at(*path), zh, en, fix=fix)


def _report_choice(source: Source, path: Path, detail: ErrorDetails, findings: Findings) -> None:
    written = str(detail["input"])
    allowed = [word.strip("' ") for word in str(detail.get("ctx", {}).get("expected", "")).replace(" or ", ", ").split(",")]
    near = nearest(written, allowed)
    note = (f"是不是想写 “{near}”？", f"did you mean “{near}”?") if near else ("", "")
    findings.add(
        "F103",
        source.at(*path),
        f"这里不能写 “{written}”",
        f"“{written}” is not allowed here",
        note=note,
        fix=(f"可选:{'、'.join(allowed)}", f"one of: {', '.join(allowed)}"),
    )


def allowed_keys(model: type[BaseModel], loc: Path) -> list[str]:
    """Keys of the form that stands at a place of a form."""
    here: list[type[BaseModel]] = [model]
    for part in loc:
        deeper: list[type[BaseModel]] = []
        for candidate in here:
            for name, info in candidate.model_fields.items():
                if (info.alias or name) == part:
                    deeper += forms_in(info.annotation)
        here = deeper or here
    return list(dict.fromkeys(info.alias or name for form in here for name, info in form.model_fields.items()))


def forms_in(annotation: object) -> list[type[BaseModel]]:
    """The forms that a key's type names."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [form for argument in get_args(annotation) for form in forms_in(argument)]


def _prune(data: Node, path: Path) -> bool:
    """Leave out what stands at a path. False where nothing can be left out."""
    if not path:
        return False
    parent = data
    for part in path[:-1]:
        if isinstance(parent, dict) and isinstance(part, str):
            parent = parent.get(part)
        elif isinstance(parent, list) and isinstance(part, int) and part < len(parent):
            parent = parent[part]
    last = path[-1]
    if isinstance(parent, dict) and isinstance(last, str) and last in parent:
        del parent[last]
        return True
    if isinstance(parent, _Items) and isinstance(last, int) and last < len(parent):
        del parent[last]
        del parent.origin[last]
        return True
    return False


def _settle(value: object, raw: Node, source: Source, path: Path) -> None:
    """Tell every form inside where it stands."""
    if isinstance(value, Form):
        value.place(source, source.known(path))
        for name, info in type(value).model_fields.items():
            key = info.alias or name
            _settle(getattr(value, name), raw.get(key) if isinstance(raw, dict) else raw, source, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            listed = isinstance(raw, _Items) and index < len(raw)
            _settle(
                item,
                raw[index] if isinstance(raw, _Items) and listed else raw,
                source,
                (*path, raw.origin[index]) if isinstance(raw, _Items) and listed else path,
            )
    elif isinstance(value, dict):
        for key, item in value.items():
            _settle(item, raw.get(key) if isinstance(raw, dict) else raw, source, (*path, key))
