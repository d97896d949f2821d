"""Where in this report do the case, the time and the code stand? Guesses by the shape of values and the names of keys; a person decides."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from engine.model.documents.read import read
from engine.model.documents.tree import Tree, Unreadable, at, leaves, text_at

FORMATS = (
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y%m%d%H%M%S", "%Y%m%d %H%M", "%Y%m%d%H%M", "%d.%m.%Y %H:%M",
    "%d/%m/%Y %H:%M", "%Y-%m-%d", "%Y%m%d",
)  # fmt: skip
_TIME_NAMES = ("time", "date", "occurred", "happened", "timestamp", "updated", "created", "ts", "when", "时间", "日期", "ftime")
_CASE_NAMES = (
    "waybill",
    "tracking",
    "billno",
    "bill_no",
    "mailno",
    "nu",
    "awb",
    "consignment",
    "parcel",
    "shipment",
    "order",
    "no",
    "number",
    "bill",
    "单号",
    "运单",
)
_CODE_NAMES = ("code", "status", "state", "tag", "opcode", "event", "type", "action", "状态", "类型", "代码")
_ID_NAMES = ("eventid", "event_id", "messageid", "message_id", "uuid", "id")
_TEXT_NAMES = ("context", "remark", "message", "desc", "description", "text", "memo", "note", "备注", "描述")
_PLACE_NAMES = ("city", "location", "site", "place", "area", "areaname", "acceptaddress", "station", "hub", "站点", "城市", "网点")
CODES_MAX = 30
_NUMBER = re.compile(r"[A-Z]{0,4}\d{8,20}[A-Z]{0,2}", re.ASCII | re.IGNORECASE)
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[\u4e00-\u9fff]+")
MEANINGS: dict[str, tuple[str, ...]] = {
    "order_created": ("pre_transit", "pretransit", "inforeceived", "created", "下单"),
    "picked_up": ("got", "pickup", "picked", "collected", "accept", "揽收", "已取件", "收件", "提货", "af"),
    "signed": ("pod", "sign", "signed", "delivered", "签收", "妥投", "d1"),
    "out_for_delivery": ("outfordelivery", "out_for_delivery", "派送", "派件"),
    "departed": ("depart", "departed", "departure", "发车", "发出", "离开"),
    "arrived": ("arrive", "arrived", "arrival", "到达", "到件"),
    "scanned": ("transit", "scan", "in_transit", "intransit", "在途", "运输"),
    "delivery_failed": ("failed", "failure", "exception", "attempt", "失败", "问题件", "异常"),
    "returned": ("return", "returned", "退回", "退件"),
    "order_cancelled": ("cancel", "cancelled", "canceled", "取消", "作废"),
}
"""Our event -> words of a code that often mean it."""


@dataclass(slots=True)
class Learned:
    """What a report seems to say; paths as a connection file writes them. Blank: not found."""

    body: str
    each: str = ""
    newest_first: bool = False
    unwrap: list[tuple[str, str]] = field(default_factory=list)
    case: str = ""
    time: str = ""
    format: str = ""
    """Blank: ISO 8601."""
    id: str = ""
    code: str = ""
    codes: list[str] = field(default_factory=list)
    """The values seen there."""
    text: str = ""
    place: str = ""
    any: str = ""
    """Some path there is, to begin with where nothing better was found."""
    precision: str = ""


def learn(text: str) -> Learned:
    """Read a report of any kind and guess. Raises Unreadable."""
    found = Learned(body_of(text))
    tree = _tree(text, found)
    for path in _texts_with_trees(tree):
        found.unwrap.append(path)
    if found.unwrap:
        tree = _tree(text, found)
    if found.body == "x12":
        return _of_x12(found, tree)
    items = _list_in(tree, found)
    _paths(found, tree, items)
    return found


def _of_x12(found: Learned, tree: Tree) -> Learned:
    """A 214 says in the standard's own places what a report says."""
    statuses = at(tree, "statuses")
    items = statuses if isinstance(statuses, list) else []
    found.each, found.case, found.time, found.format, found.code = "statuses", "B10.2", "AT7.5", "%Y%m%d", "AT7.1"
    found.precision = "day"
    found.codes = list(dict.fromkeys(text for item in items if (text := text_at(item, "AT7.1"))))[:CODES_MAX]
    return found


def body_of(text: str) -> str:
    """What kind of text is it?"""
    start = text.lstrip("\ufeff \r\n\t")
    lines = [line for line in start.splitlines() if line.strip()]
    if start.startswith("ISA"):
        return "x12"
    if start.startswith(("UNA", "UNB", "UNH")):
        return "iftsta"
    if start.startswith("<"):
        return "xml"
    if start.startswith(("{", "[")):
        several = len(lines) > 1 and all(line.lstrip().startswith("{") and line.rstrip().endswith("}") for line in lines)
        return "json_lines" if several else "json"
    if len(lines) > 1 and any(mark in lines[0] for mark in ",;\t"):
        return "csv"
    return "form" if re.match(r"[\w.\[\]-]+=", start) else "json"


def _tree(text: str, found: Learned) -> Tree:
    documents = read(text, found.body, found.unwrap).documents
    if not documents:
        raise Unreadable("样例是空的", "an empty sample")
    if documents[0].trouble is not None:
        raise documents[0].trouble
    return documents[0].tree


def _texts_with_trees(tree: Tree) -> Iterator[tuple[str, str]]:
    for path in leaves(tree):
        text = (text_at(tree, path) or "").lstrip()
        kind = "json" if text[:1] in ("{", "[") else "xml" if text[:1] == "<" else ""
        if kind:
            try:
                read(text, kind)
            except Unreadable:
                continue
            yield path, kind


def _list_in(tree: Tree, found: Learned) -> Sequence[Tree]:
    """The longest list of branches that have a time: a report of several things."""
    lists = [(path, listed) for path, listed in _lists(tree, "") if any(_time_in(item) for item in listed)]
    if not lists:
        return []
    found.each, listed = max(lists, key=lambda one: len(one[1]))
    times = [text for item in listed if (place := _time_in(item)) and (text := text_at(item, place))]
    found.newest_first = len(times) > 1 and times[0] > times[-1]
    return listed


def _lists(tree: Tree, path: str) -> Iterator[tuple[str, list[Tree]]]:
    if isinstance(tree, list) and tree and all(isinstance(item, dict) for item in tree):
        yield path or ".", tree
    elif isinstance(tree, dict):
        for key, child in tree.items():
            yield from _lists(child, f"{path}.{key}" if path else str(key))


def _paths(found: Learned, tree: Tree, items: Sequence[Tree]) -> None:
    own = items[0] if items else tree
    inside = leaves(own)
    around = [path for path in leaves(tree) if not items or not path.startswith(f"{found.each}.")]
    found.time = _time_in(own)
    found.format = format_of(text_at(own, found.time) or "") if found.time else ""
    here = _best(own, [path for path in inside if path != found.time], _CASE_NAMES, _looks_like_number)
    there = _best(tree, around, _CASE_NAMES, _looks_like_number) if items else ""
    found.case = there if there and (not here or _rank(there, _CASE_NAMES) < _rank(here, _CASE_NAMES)) else here
    left = [path for path in inside if path not in (found.time, found.case)]
    _codes(found, items or [tree], left)
    left = [path for path in left if path != found.code]
    found.id = _best(own, [path for path in left if _last(path) in _ID_NAMES], _ID_NAMES, bool)
    found.text = _best(own, left, _TEXT_NAMES, bool)
    found.place = _best(own, [path for path in left if path != found.text], _PLACE_NAMES, bool)
    found.any = next(iter(inside), "")


def _codes(found: Learned, items: Sequence[Tree], paths: Sequence[str]) -> None:
    """The key that speaks our language most often; among equals the one that is named like a code."""
    ranked: list[tuple[int, int, str, list[str]]] = []
    for path in paths:
        codes = list(dict.fromkeys(text for item in items if (text := text_at(item, path))))[:CODES_MAX]
        rank = _rank(path, _CODE_NAMES)
        if codes and rank < len(_CODE_NAMES) and all(len(code) <= 40 and not format_of(code) for code in codes):
            known = sum(bool(meaning_of(code, tuple(MEANINGS))) for code in codes)
            ranked.append((-known, rank, path, codes))
    if ranked:
        _, _, found.code, found.codes = min(ranked, key=lambda one: (one[0], one[1], one[2].count(".")))


def _best(tree: Tree, paths: Sequence[str], names: Sequence[str], fits: Callable[[str], bool]) -> str:
    """The path whose key comes first in `names`; among equals the shortest. Blank: no key is named so."""
    found = [path for path in paths if _rank(path, names) < len(names) and (text := text_at(tree, path)) and fits(text)]
    return min(found, key=lambda path: (_rank(path, names), path.count("."), len(path)), default="")


def _rank(path: str, names: Sequence[str]) -> int:
    last = _last(path)
    parts = [part.lower() for part in _WORDS.findall(path.rsplit(".", 1)[-1])]
    for place, name in enumerate(names):
        if last == name or name in parts or (len(name) > 3 and name in last):
            return place
    return len(names)


def _last(path: str) -> str:
    return path.rsplit(".", 1)[-1].lower()


def _time_in(tree: Tree) -> str:
    found = [path for path in leaves(tree, 400) if _looks_like_time(text_at(tree, path) or "", path)]
    return min(found, key=lambda path: (_rank(path, _TIME_NAMES), path.count("."), len(path)), default="")


def _looks_like_time(text: str, path: str) -> bool:
    form = format_of(text)
    if form in ("%Y%m%d%H%M%S", "%Y%m%d%H%M", "%Y%m%d", "epoch", "epoch_ms"):
        # Bare digits are a time only under the name of one.
        return _rank(path, _TIME_NAMES) < len(_TIME_NAMES)
    return bool(form)


def format_of(text: str) -> str:
    """The strptime format of a time; `iso`, `epoch`, `epoch_ms`; blank: it is none."""
    if len(text) > 40 or not any(letter.isdigit() for letter in text):
        return ""
    if "T" in text:
        try:
            datetime.fromisoformat(text.replace("Z", "+00:00"))
        except ValueError:
            return ""
        return "iso"
    if text.isdigit() and len(text) in (10, 13) and "1400000000" <= text[:10] <= "2200000000":
        return "epoch" if len(text) == 10 else "epoch_ms"
    for pattern in FORMATS:
        try:
            read_at = datetime.strptime(text, pattern)  # noqa: DTZ007  # Only the shape is asked for.
        except ValueError:
            continue
        # Bare digits are read greedily: 20261123 is no minute of a January.
        whole = not text.isdigit() or read_at.strftime(pattern) == text
        if whole and 1990 <= read_at.year <= 2100:
            return pattern
    return ""


def _looks_like_number(text: str) -> bool:
    return bool(_NUMBER.fullmatch(text)) or (
        6 <= len(text) <= 30 and text.isascii() and any(letter.isdigit() for letter in text) and not format_of(text)
    )


def meaning_of(code: str, events: Sequence[str]) -> str:
    """Which of our events a code seems to be; blank: nobody can tell."""
    lowered = code.lower().replace(" ", "").replace("-", "_")
    known = [event for event in events if event.lower() == lowered]
    guessed = [
        event
        for event, words in MEANINGS.items()
        if event in events and any(word == lowered or ((len(word) > 3 or not word.isascii()) and word in lowered) for word in words)
    ]
    return (known + guessed + [""])[0]
