"""How is somebody's personal data erased? `erase case CASE...`, `erase value NUMBER`: a mark takes its place, the decisions stay."""

import argparse

from adapters.cli.desk import opened, the_case, who, why_of
from adapters.cli.options import add_deed_options, add_list_options
from adapters.cli.speech import Speech, WrongUse
from adapters.clock import SystemClock
from adapters.sql.erase import Errand, StillOpen, cases_with, erase_case, erase_loose, erasures
from adapters.sql.stores import SqlStores
from adapters.wiring.opening import Opened
from engine.language.compile import TIMEZONE
from engine.model.fieldtext import BadValue, read_text
from engine.model.masks import mask_phone
from engine.model.span import Span
from engine.model.values import FieldType
from engine.model.workflow import Field

LISTED_MAX = 200
KINDS = {
    "personal": ("个人信息", "personal"),
    "texts": ("发出的文字", "texts"),
    "raw": ("原文", "raw"),
    "history": ("整张单", "history"),
}
"""What was erased, or kept no longer."""


def arguments(parser: argparse.ArgumentParser, speech: Speech) -> None:
    """`erase case CASE...`, `erase value VALUE`, `erase list`."""
    deeds = parser.add_subparsers(dest="deed", required=True, metavar="case | value | list")
    one = deeds.add_parser("case", help=speech.of("删掉这些单里的个人信息", "the personal data of these cases"))
    one.add_argument("files", nargs="+", metavar="CASE", help=speech.of("单号", "a case, by any of its names"))
    value = deeds.add_parser("value", help=speech.of("删掉有这个号码的所有单里的个人信息", "of every case in which this number stands"))
    value.add_argument(
        "value",
        metavar="VALUE",
        help=speech.of("电话号码,或别的个人信息,一字不差", "a phone number, or another personal value, to the letter"),
    )
    listing = deeds.add_parser("list", help=speech.of("删过什么、谁、何时、为什么", "what was erased: who, when, why"))
    for each in (one, value):
        each.add_argument("--even-open", action="store_true", help=speech.of("没结束的单也删", "open cases, too"))
        add_deed_options(each, speech)
    add_list_options(listing, speech)


def run(options: argparse.Namespace, speech: Speech) -> int:
    """1 if a case was left as it was."""
    with opened(options, speech) as desk:
        stores = desk.stores
        if not isinstance(stores, SqlStores):
            raise WrongUse("内存里的库不用删", "a store in memory keeps nothing")
        if options.deed == "list":
            return _list(stores, desk.rulebook.timezone, speech)
        errand = Errand(by=who(options), why=why_of(options), at=SystemClock().now())
        if options.deed == "case":
            return _cases([the_case(desk, text).id for text in options.files], stores, errand, options.even_open, speech)
        return _value(options, desk, stores, errand, speech)


def _value(options: argparse.Namespace, desk: Opened, stores: SqlStores, errand: Errand, speech: Speech) -> int:
    said = str(options.value).strip()
    wanted = sorted({said, _canonical(said)} - {""})
    cases = sorted({case for value in wanted for case in cases_with(stores.database, value)})
    left = _cases(cases, stores, errand, options.even_open, speech)
    loose = sum(erase_loose(stores.database, value, errand) for value in wanted)
    speech.say(f"没归到单里的:{loose} 处", f"in papers of no case: {loose}")
    if not cases and not loose:
        speech.say(f"哪里都没有:{mask_phone(said)}", f"it stands nowhere: {mask_phone(said)}")
    return left


def _canonical(said: str) -> str:
    try:
        read = read_text(Field(name="phone", label="", type=FieldType.PHONE, span=Span("", 0)), said, TIMEZONE)
    except BadValue:
        return said
    return str(read or "")


def _cases(cases: list[str], stores: SqlStores, errand: Errand, even_open: bool, speech: Speech) -> int:
    left = 0
    answers: list[dict[str, str | int]] = []
    for case in cases:
        try:
            done = erase_case(stores.database, case, errand, even_open=even_open)
        except StillOpen:
            left += 1
            speech.say(f"{case}:还没结束,没有动;要删就写 --even-open", f"{case}: still open, left as it is; say --even-open to erase it")
            answers.append({"case": case, "said": "open"})
            continue
        speech.say(f"{case}:个人信息 {done.values} 处已删除", f"{case}: {done.values} personal values erased")
        answers.append({"case": case, "said": "erased", "values": done.values, "lines": done.lines})
    speech.data(answers)
    return 1 if left else 0


def _list(stores: SqlStores, zone: str, speech: Speech) -> int:
    rows = erasures(stores.database, LISTED_MAX)
    if rows:
        head = speech.of("何时 谁 类别 单 几处 为什么", "when who what case rows why").split()
        speech.table(
            head,
            [
                (
                    speech.time(row["at"], zone),
                    row["author"],
                    speech.of(*KINDS[row["kind"]]),
                    row["case_id"] or "—",
                    str(row["rows"]),
                    row["why"],
                )
                for row in rows
            ],
        )
    else:
        speech.say("没有删过什么", "nothing was ever erased")
    speech.data(
        [
            {
                "at": row["at"].isoformat(),
                "by": row["author"],
                "why": row["why"],
                "kind": row["kind"],
                "case": row["case_id"],
                "rows": row["rows"],
            }
            for row in rows
        ]
    )
    return 0
