"""What stands in a file? Text -> a tree of texts with the place of every value and key; every scalar stays text."""

import re
from dataclasses import dataclass, field

import yaml

from engine.language.diagnostics import Findings
from engine.language.prelint import prelint
from engine.language.source import Mark, Node, Path, Source
from engine.language.stumbled import stumbled
from engine.model.span import Span

DEPTH_MAX = 24
NODES_MAX = 20_000
BYTES_MAX = 256 * 1024

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_STRANGE = re.compile("[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LOST = re.compile("\ufffd")
_DUPLICATE = "\0again"


class _Stop(Exception):
    """Internal: reading ends here; what was found is reported already."""


def read_source(file: str, text: str, findings: Findings) -> Source | None:
    """Read one YAML file. Reports what is wrong; None where no tree can be had.

    Scalars are never resolved (15:00, NO, 0755 stay text); `~` and nothing are None. Limits: 256 KB, 20,000 nodes, depth 24.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    lines = tuple(text.split("\n"))
    if len(text.encode("utf-8", "replace")) > BYTES_MAX:
        findings.add(
            "Y014",
            Span(file, 1),
            "文件超过 256 KB",
            "the file is larger than 256 KB",
            fix=("拆成几个文件;长表写成 CSV", "split it; put long tables into CSV"),
        )
        return None
    strange = _STRANGE.search(text) or _LOST.search(text)
    if strange:
        before = text[: strange.start()]
        place = Span(file, before.count("\n") + 1, strange.start() - (before.rfind("\n") + 1) + 1)
        lost = strange[0] == _LOST.pattern
        zh, en = (
            ("这里的字在转换编码时丢了", "a character was lost here")
            if lost
            else ("这里有一个看不见的特殊字符", "an invisible control character")
        )
        fix = (
            ("照原文重打;文件要用 UTF-8 保存", "type it again; save the file as UTF-8")
            if lost
            else ("删掉它;文件要用 UTF-8 保存", "delete it; save the file as UTF-8")
        )
        findings.add("Y010", place, zh, en, fix=fix)
        return None
    if not prelint(file, lines, findings):
        return None
    return _build(file, text, lines, findings)


def _build(file: str, text: str, lines: tuple[str, ...], findings: Findings) -> Source | None:
    tree = _Tree(file=file, lines=lines, findings=findings)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            tree.take(event)
    except _Stop:
        return None
    except yaml.YAMLError as error:
        tree.explain(error)
        return None
    if tree.data is None:
        findings.add("Y011", Span(file, 1), "文件是空的", "the file is empty", fix=("第一行写 kind: ……", "begin with kind: ..."))
        return None
    return Source(file=file, lines=lines, data=tree.data, values=tree.values, keys=tree.keys)


@dataclass(slots=True)
class _Frame:
    """A list or mapping that is still open."""

    path: Path
    items: list[Node] | None = None
    pairs: dict[str, Node] | None = None
    key: str | None = None
    before: str | None = None
    """The key before it, whose text a comma may have cut."""


@dataclass(slots=True)
class _Tree:
    """Builds the tree from YAML's events with a stack of its own: the C composer would crash on deep nesting."""

    file: str
    lines: tuple[str, ...]
    findings: Findings
    data: Node = None
    values: dict[Path, Mark] = field(default_factory=dict)
    keys: dict[Path, Mark] = field(default_factory=dict)
    stack: list[_Frame] = field(default_factory=list)
    nodes: int = 0
    documents: int = 0

    def take(self, event: yaml.Event) -> None:
        """One event of the stream."""
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                self._stop(
                    "Y016", event, "一个文件只能有一份内容,不能用 --- 分开", "one document per file", ("拆成两个文件", "make two files")
                )
        elif isinstance(event, yaml.AliasEvent):
            self._stop(
                "Y020",
                event,
                "不能用别名(*)",
                "aliases (*) are not used",
                ("把内容写出来;正文以 * 开头时加引号", "write it out; quote a text that begins with *"),
            )
        elif isinstance(event, yaml.NodeEvent):
            self._refuse(event)
            self._node(event)
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            self.stack.pop()

    def _refuse(self, event: yaml.NodeEvent) -> None:
        if event.anchor is not None:
            self._stop(
                "Y020",
                event,
                "不能用锚点(&)",
                "anchors (&) are not used",
                ("把内容写出来;正文以 & 开头时加引号", "write it out; quote a text that begins with &"),
            )
        if getattr(event, "tag", None) is not None:
            self._stop(
                "Y021",
                event,
                "不能用标签(!)",
                "tags (!) are not used",
                (
                    "比较用词,例如 {is_not: VIP};正文以 ! 开头时加引号",
                    "comparisons are words: {is_not: VIP}; quote a text that begins with !",
                ),
            )
        self.nodes += 1
        if self.nodes > NODES_MAX:
            self._stop("Y014", event, f"超过 {NODES_MAX} 项", f"more than {NODES_MAX} nodes", ("拆成几个文件", "split the file"))

    def _node(self, event: yaml.NodeEvent) -> None:
        if isinstance(event, yaml.ScalarEvent):
            mark = self._mark(event, event.style or "")
            if self.stack and self.stack[-1].pairs is not None and self.stack[-1].key is None:
                self._key(self.stack[-1], event, mark)
            else:
                value = None if not event.style and event.value in ("", "~") else event.value
                self._place(value, mark)
            return
        if self.stack and self.stack[-1].pairs is not None and self.stack[-1].key is None:
            self._stop(
                "Y022",
                event,
                "键只能是一个词",
                "a key must be one word",
                ("正文里有 { 或 [ 时写成 `|` 块", "put a text with { or [ into a `|` block"),
            )
        if len(self.stack) >= DEPTH_MAX:
            self._stop(
                "Y013",
                event,
                f"套得太深,最多 {DEPTH_MAX} 层",
                f"nested deeper than {DEPTH_MAX} levels",
                ("检查括号是否配对", "check the brackets"),
            )
        mapping = isinstance(event, yaml.MappingStartEvent)
        frame = _Frame(path=(), pairs={}) if mapping else _Frame(path=(), items=[])
        frame.path = self._place(frame.pairs if mapping else frame.items, self._mark(event, "["))
        self.stack.append(frame)

    def _key(self, frame: _Frame, event: yaml.ScalarEvent, mark: Mark) -> None:
        assert frame.pairs is not None
        key = event.value
        if key == "<<" and not event.style:
            self._stop("Y023", event, "不能用 << 合并", "merge keys (<<) are not used", ("把内容写出来", "write it out"))
        if key.strip() == "" or "\n" in key:
            self._stop("Y022", event, "键只能是一个词", "a key must be one word", ("冒号前面写上键", "write a key before the colon"))
        if key in frame.pairs:
            first = self.keys[(*frame.path, key)]
            related = Span(self.file, first.line, first.column, first.width)
            self.findings.add(
                "Y012", Span(self.file, mark.line, mark.column, max(1, mark.width)), f"“{key}” 写了两次", f"“{key}” is written twice",
                note=("第二次出现", "second time"), fix=("删去一个;YAML 会悄悄丢掉前一个", "delete one; plain YAML would silently drop the first"), related=[related],
            )  # fmt: skip
            frame.key = key + _DUPLICATE
            return
        frame.key = key
        frame.pairs[key] = None
        self.keys[(*frame.path, key)] = mark

    def _place(self, value: Node, mark: Mark) -> Path:
        """Hang a value into the open list or mapping; returns its path."""
        path: Path = ()
        if not self.stack:
            self.data = value
        elif self.stack[-1].items is not None:
            frame = self.stack[-1]
            assert frame.items is not None
            path = (*frame.path, len(frame.items))
            frame.items.append(value)
        else:
            frame = self.stack[-1]
            assert frame.pairs is not None
            assert frame.key is not None
            if value is None and mark.width == 0 and self._belongs_to_text(frame):
                return frame.path
            path = (*frame.path, frame.key)
            if not frame.key.endswith(_DUPLICATE):
                frame.pairs[frame.key] = value
            frame.before, frame.key = frame.key, None
        self.values[path] = mark
        return path

    def _belongs_to_text(self, frame: _Frame) -> bool:
        """`{task: 请截下,并联系客户, for: x}`: a comma without a space after it belongs to the text, not to the form."""
        assert frame.pairs is not None
        assert frame.key is not None
        key, before = frame.key, frame.before or ""
        mark, last = self.keys.get((*frame.path, key)), self.values.get((*frame.path, before))
        text = frame.pairs.get(before)
        if mark is None or last is None or last.style or mark.style or not isinstance(text, str):
            return False
        touches = (
            last.line == mark.line and last.column + last.width + 1 == mark.column and self.lines[mark.line - 1][mark.column - 2] == ","
        )
        if touches:
            self._tell_comma(text, key, last, mark)
            frame.pairs[before] = f"{text},{key}"
            self.values[(*frame.path, before)] = last._replace(width=last.width + 1 + mark.width)
            del frame.pairs[key], self.keys[(*frame.path, key)]
            frame.key = None
        return touches

    def _tell_comma(self, text: str, key: str, last: Mark, mark: Mark) -> None:
        """Other tools would end the value here."""
        self.findings.add(
            "Y024", Span(self.file, mark.line, mark.column - 1, 1), f"“{text[-6:]},{key[:6]}” 里的半角逗号当作正文", "this comma is read as part of the text",
            fix=("改成全角逗号“，”,或把整句放进引号;别的 YAML 软件会在这里断开", "use a full-width comma, or quote the text: other YAML tools split here"),
        )  # fmt: skip

    def _mark(self, event: yaml.NodeEvent, style: str) -> Mark:
        start, end = event.start_mark, event.end_mark
        assert start is not None
        assert end is not None
        one_line = start.line == end.line
        width = end.column - start.column if one_line else len(self.lines[start.line]) - start.column
        return Mark(start.line + 1, start.column + 1, max(0, width) if style != "[" else 1, style)

    def _stop(self, code: str, event: yaml.Event, zh: str, en: str, fix: tuple[str, str]) -> None:
        start = event.start_mark
        assert start is not None
        self.findings.add(code, Span(self.file, start.line + 1, start.column + 1), zh, en, fix=fix)
        raise _Stop

    def explain(self, error: yaml.YAMLError) -> None:
        """Say in plain words where YAML stumbled, and what was probably meant."""
        place = stumbled(error, self.lines)
        self.findings.add(place.code, Span(self.file, place.line + 1, place.column + 1), place.zh, place.en, fix=place.fix)
