"""Does every path of a connection stand in a sample report? A slip in a path would make its value blank for ever, unnoticed."""

from collections.abc import Iterator
from functools import lru_cache

from engine.language.diagnostics import did_you_mean
from engine.language.form_inbound import EventRowForm, HappenedForm, InboundForm
from engine.language.names import Scope
from engine.language.source import Path
from engine.model.connection import Inbound
from engine.model.documents.exploded import Held, explode
from engine.model.documents.read import Body, codec_of, read
from engine.model.documents.table import TableProfile
from engine.model.documents.tree import ROOT, Tree, Unreadable, at, leaves
from engine.model.span import Span

ITEMS_LOOKED_AT = 200
"""Items of one sample; a sample is an example."""


def check_samples(scope: Scope, form: InboundForm, inbound: Inbound) -> None:
    """Report each named path that no sample holds: in an item of its list, in its envelope."""
    envelopes: list[Tree] = []
    items: list[Held] = []
    for index, sample in enumerate(form.samples or ()):
        text = scope.attached(form.sheet, sample, (*form.where, "samples", index))
        if text is None:
            continue
        try:
            trees = _trees(text, inbound)
            items += [item for tree in trees for item in _items(tree, inbound.each)]
        except Unreadable as problem:
            where = f"({problem.place})" if problem.place else ""
            zh, en = f"样例“{sample}”读不了:{problem.zh}{where}", f"sample “{sample}” cannot be read: {problem.en} {where}".rstrip()
            scope.findings.add("F110", form.span("samples", index), zh, en)
            continue
        envelopes += trees
    if not envelopes:
        return
    if form.each is not None and not items:
        _report(scope, form.each.at, form.each.span("at"), envelopes)
        return
    _check_paths(scope, form, items, envelopes)


@lru_cache(maxsize=64)
def _read(text: str, body: str, unwrap: tuple[tuple[str, str], ...], profile: TableProfile, encoding: str) -> Body:
    return read(text, body, unwrap, profile, encoding=encoding)


def _trees(text: str, inbound: Inbound) -> list[Tree]:
    body = _read(text, inbound.body, inbound.unwrap, inbound.table, codec_of(inbound.encoding or "utf-8"))
    trouble = next((document.trouble for document in body.documents if document.trouble is not None), None)
    if trouble is not None:
        raise trouble
    return [document.tree for document in body.documents]


def _items(tree: Tree, each: str | None) -> list[Held]:
    return [(tree, ())] if each is None else explode(tree, each)[:ITEMS_LOOKED_AT]


def _check_paths(scope: Scope, form: InboundForm, items: list[Held], envelopes: list[Tree]) -> None:
    own = [item for item, _ in items]
    everywhere = [*own, *(tree for _, around in items[:1] for tree in around), *envelopes]
    for path, span in _of_case(form):
        _look(scope, path, span, everywhere, items, envelopes)
    for path, span in _of_items(form):
        _look(scope, path, span, own, items, envelopes)
    for row in form.envelope or ():
        for path, span in _of_row(row):
            _look(scope, path, span, envelopes, [], envelopes)


def _look(scope: Scope, path: str, span: Span, trees: list[Tree], items: list[Held], envelopes: list[Tree]) -> None:
    """`whole.` looks at the envelope, `up.` at what holds the list; headers stand in no sample."""
    if path.startswith("header."):
        return
    if path.startswith("whole."):
        path, trees = path.removeprefix("whole."), envelopes
    elif path.startswith("up."):
        path, trees = path.removeprefix("up."), [around[0] for _, around in items if around]
    if not _holds(trees, path):
        _report(scope, path, span, trees)


def _report(scope: Scope, path: str, span: Span, trees: list[Tree]) -> None:
    near, fix = did_you_mean(path, sorted({found for tree in trees[:ITEMS_LOOKED_AT] for found in leaves(tree)}))
    scope.findings.add("R307", span, f"样例报文里没有“{path}”", f"no sample holds “{path}”", note=near, fix=fix)


def _of_case(form: InboundForm) -> list[tuple[str, Span]]:
    """Found in the item, else around it."""
    found = [(path, form.span("case", index, field)) for index, row in enumerate(form.case) for field, path in row.items()]
    by = form.happened_at.timezone_by if form.happened_at is not None else None
    found += [(path, by.span("at", index)) for index, path in enumerate(by.at)] if by is not None else []
    return [(path, span) for path, span in found if not path.startswith("header.")]


def _of_items(form: InboundForm) -> Iterator[tuple[str, Span]]:
    if form.happened_at is not None:
        yield from _of_time(form.happened_at)
    if form.id is not None:
        yield form.id, form.span("id")
    for key, paths in (("keep", form.keep or {}), ("fill", form.fill or {})):
        yield from ((path, form.span(key, name)) for name, path in paths.items())
    yield from ((path, form.span("code_at", index)) for index, path in enumerate(form.code_at or ()))
    for row in form.events:
        yield from _of_row(row)


def _of_time(form: HappenedForm) -> Iterator[tuple[str, Span]]:
    yield from ((path, form.span("at", index)) for index, path in enumerate(form.at))


def _of_row(row: EventRowForm) -> Iterator[tuple[str, Span]]:
    yield from ((path, row.span("fill", field)) for field, path in (row.fill or {}).items())
    if row.retracts_id is not None:
        yield row.retracts_id, row.span("retracts_id")
    yield from _of_match(row, row.match, ("match",))


def _of_match(row: EventRowForm, match: object, place: Path) -> Iterator[tuple[str, Span]]:
    """The paths a `match:` compares, those inside any_of and none_of too."""
    for path, value in match.items() if isinstance(match, dict) else ():
        if path in ("any_of", "none_of"):
            for index, part in enumerate(value if isinstance(value, list) else ()):
                yield from _of_match(row, part, (*place, str(path), index))
        else:
            yield str(path), row.key_span(*place, str(path))


def _holds(trees: list[Tree], path: str) -> bool:
    """Whether the path leads anywhere: a key whose value is blank or null is there too."""
    if path == ROOT:
        return True
    parent, _, last = path.rpartition(".")
    for tree in trees:
        if at(tree, path) is not None or (isinstance(tree, dict) and path in tree):
            return True
        above = at(tree, parent) if parent else tree
        above = above[0] if isinstance(above, list) and above else above
        if isinstance(above, dict) and last in above:
            return True
    return False
