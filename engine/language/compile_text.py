"""What does a message's text say? `{marks}`, `[[ optional parts ]]`, and literal brackets kept apart by one space."""

import re
from dataclasses import dataclass, field

from engine.language.diagnostics import did_you_mean
from engine.language.names import Scope
from engine.language.source import Path, Source
from engine.model.message import Literal, Optional_, Placeholder, Text
from engine.model.values import FieldType

FORMATS: dict[str, tuple[str, ...]] = {
    "time": ("time", "due"), "date": ("time", "date", "due"), "hours": ("late_by",), "mask": ("text", "phone", "serial"), "money": ("money", "number"),
}  # fmt: skip
"""Format -> kinds of marks it fits. Closed."""

ALWAYS = ("state", "why", "nth", "group.count", "group.list")
MAY_BE_BLANK = ("nth", "group.count", "group.list")
POLICY_PARTS = ("due", "late_by")
_FULL_WIDTH = re.compile(r"｛([\w. |]{1,40})｝")
_PIECE = re.compile(r"\[\[|\]\]|\{[^{}\n]*\}|[{}]")


@dataclass(slots=True)
class _Parser:
    """Takes pieces from the left."""

    scope: Scope
    source: Source
    path: Path
    workflow: str
    out: list[Literal | Placeholder | Optional_] = field(default_factory=list)
    inner: list[Literal | Placeholder] | None = None
    opened_at: int = 0
    marked: bool = False
    """A mark, known or not, stands inside the open [[."""

    def literal(self, text: str) -> None:
        if text:
            (self.out if self.inner is None else self.inner).append(Literal(text))

    def mark(self, piece: str, offset: int) -> None:
        name, _, chosen = piece[1:-1].partition("|")
        self.marked = True
        placeholder = self.read(name.strip(), chosen.strip() or None, offset, len(piece))
        if placeholder is not None:
            (self.out if self.inner is None else self.inner).append(placeholder)

    def open(self, offset: int) -> None:
        if self.inner is not None:
            self.say("N404", offset, 2, "[[ 里面又开了一个 [[", "a [[ inside a [[ ]]")
            return
        self.inner, self.opened_at, self.marked = [], offset, False

    def close(self, offset: int) -> None:
        if self.inner is None:
            self.say("N404", offset, 2, "]] 前面没有 [[", "a ]] without a [[")
            return
        if not self.marked:
            self.say(
                "N404",
                self.opened_at,
                2,
                "[[ ]] 里没有字段,永远会出现",
                "no mark inside [[ ]]: it would always stand",
                ("去掉 [[ ]]", "drop the [[ ]]"),
            )
        self.out.append(Optional_(tuple(self.inner)))
        self.inner = None

    def stray(self, piece: str, offset: int) -> None:
        self.say("N404", offset, 1, f"“{piece}” 没有配对", f"“{piece}” is not closed", ("字段写成 {字段名}", "a mark is written {name}"))

    def end(self) -> None:
        if self.inner is not None:
            self.say("N404", self.opened_at, 2, "[[ 没有用 ]] 收尾", "a [[ that is not closed")

    def read(self, name: str, chosen: str | None, offset: int, width: int) -> Placeholder | None:
        """A known mark; None after saying what is wrong with it."""
        kind, may_be_blank = mark_kind(self.scope, self.workflow, name)
        if kind is None:
            note, fix = did_you_mean(name, known_marks(self.scope, self.workflow))
            self.say("N401", offset, width, f"文字里的“{{{name}}}”不是已登记的字段", f"“{{{name}}}” is no known mark", fix, note)
            return None
        if may_be_blank and self.inner is None:
            fix = (f"写成 [[……{{{name}}}……]]:空着时整段不出现", f"write [[...{{{name}}}...]]: it vanishes when blank")
            self.say(
                "N402",
                offset,
                width,
                f"“{{{name}}}”可能为空,要写在 [[ ]] 里",
                f"“{{{name}}}” may be blank and must stand inside [[ ]]",
                fix,
            )
        if chosen is not None and kind not in FORMATS.get(chosen, ()):
            fits = [known for known, kinds in FORMATS.items() if kind in kinds]
            note, fix = did_you_mean(chosen, fits)
            self.say("N403", offset, width, f"“{{{name}}}”不能用格式“{chosen}”", f"format “{chosen}” does not fit “{{{name}}}”", fix, note)
        return Placeholder(name, chosen, self.source.inside(self.path, offset, width))

    def say(
        self, code: str, offset: int, width: int, zh: str, en: str, fix: tuple[str, str] = ("", ""), note: tuple[str, str] = ("", "")
    ) -> None:
        """Report at a place inside the text."""
        self.scope.findings.add(code, self.source.inside(self.path, offset, width), zh, en, note=note, fix=fix)


def compile_text(scope: Scope, source: Source, path: Path, text: str, workflow: str) -> Text:
    """Parse a message's text; what is wrong is reported at its place inside the block."""
    body = text.rstrip("\n")
    parser = _Parser(scope, source, path, workflow)
    end = 0
    after_double = False
    for match in _PIECE.finditer(body):
        piece, double = match[0], match[0] in ("[[", "]]")
        parser.literal(_literal(body[end : match.start()], after_double, double))
        if piece == "[[":
            parser.open(match.start())
        elif piece == "]]":
            parser.close(match.start())
        elif len(piece) > 1:
            parser.mark(piece, match.start())
        else:
            parser.stray(piece, match.start())
        end, after_double = match.end(), double
    parser.literal(_literal(body[end:], after_double, False))
    parser.end()
    for match in _FULL_WIDTH.finditer(body):
        fix = (f"写成 `{{{match[1].strip()}}}`", f"write `{{{match[1].strip()}}}`")
        parser.say("N404", match.start(), len(match[0]), f"“{match[0]}” 用了全角括号,不算字段", "full-width braces are no mark", fix)
    return tuple(parser.out)


def compile_mark(scope: Scope, source: Source, path: Path, mark: str, workflow: str) -> Text:
    """One mark written by itself, without braces: `order_no`, `pickup_deadline.due|time`. Blank, it says nothing."""
    parser = _Parser(scope, source, path, workflow, inner=[])
    name, _, chosen = mark.partition("|")
    placeholder = parser.read(name.strip(), chosen.strip() or None, 0, len(mark))
    return (Optional_((placeholder,)),) if placeholder is not None else ()


def _literal(text: str, after_double: bool, before_double: bool) -> str:
    """Drop the one space that keeps a literal bracket apart from [[ or ]]."""
    if after_double and text[:2] in (" [", " ]"):
        text = text[1:]
    if before_double and text[-2:] in ("[ ", "] "):
        text = text[:-1]
    return text


def mark_kind(scope: Scope, workflow: str, name: str) -> tuple[str | None, bool]:
    """(kind of mark, may be blank); kind None: unknown."""
    names = scope.names.workflows.get(workflow)
    if names is None:
        return "text", False
    if name in ALWAYS:
        return "built_in", name in MAY_BE_BLANK
    declared = names.typed.get(name)
    if declared is not None:
        return declared.type.value, declared.optional and declared.type is not FieldType.COUNT
    if name in names.fields:
        return "text", False
    policy, dot, part = name.partition(".")
    if dot and part in POLICY_PARTS and scope.names.belongs["policy"].get(policy) == workflow:
        return part, part == "late_by"
    return None, False


def known_marks(scope: Scope, workflow: str) -> list[str]:
    """Every name a text of this workflow may use."""
    policies = [policy for policy, owner in scope.names.belongs["policy"].items() if owner == workflow]
    return [*scope.names.of("field", workflow), *ALWAYS, *(f"{policy}.{part}" for policy in policies for part in POLICY_PARTS)]


def marks_in(text: str) -> list[tuple[str, int]]:
    """(name, offset) of the `{marks}` of a text that is no message: a path, a filled field."""
    return [(match[1], match.start()) for match in re.finditer(r"\{([^{}\n]*)\}", text)]
