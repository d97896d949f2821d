"""How are the two oldest reports told? `report regret`: lateness that was none; `report manners`: messages per person."""

from collections.abc import Iterator

from adapters.cli.speech import Speech
from adapters.wiring.opening import Opened
from engine.ports.directory import CaseRow
from engine.reports.manners import Letters, Manners, manners
from engine.reports.regret import RegretLine, regret

REPORTS = {
    "regret": ("误报率", "lateness taken back", "R34"),
    "manners": ("每人每天收到几条", "messages per person and day", "R41"),
}
"""Name -> Chinese, English, R-number."""
PAGE = 500
AUDIENCES = {"customer": ("客户", "customers"), "staff": ("员工", "staff")}


def tell(name: str, desk: Opened, speech: Speech) -> None:
    """The table; also when it is empty."""
    if name == "regret":
        _say_regret(desk, regret(row for case in _cases(desk) for row in desk.stores.directory.journal(case.id)), speech)
    else:
        _say_manners(manners(desk.rulebook, (_letters(desk, case) for case in _cases(desk))), speech)


def _cases(desk: Opened) -> Iterator[CaseRow]:
    """Every case, page by page."""
    last: str | None = None
    while page := desk.stores.directory.cases(after=last, limit=PAGE):
        yield from page
        last = page[-1].id


def _letters(desk: Opened, case: CaseRow) -> Letters:
    directory = desk.stores.directory
    return Letters(fields=case.fields, private=directory.private(case.id), sent=directory.sent(case.id))


def _say_regret(desk: Opened, lines: list[RegretLine], speech: Speech) -> None:
    if not lines:
        speech.say("还没有记过超时", "no lateness was recorded yet")
    else:
        columns = speech.of("时效 记超时 已更正 已撤回 误报率 误发", "policy late corrected withdrawn regret told").split()
        speech.table(
            columns,
            [
                [
                    _label(desk, one.policy, speech),
                    str(one.late),
                    str(one.corrected),
                    str(one.withdrawn),
                    _percent(one.rate),
                    str(one.messages),
                ]
                for one in lines
            ],
        )
        speech.say(
            "误报率 = 已更正 ÷ 记超时;误发 = 为后来更正的超时发出的消息和打完的电话",
            "regret = corrected / late; told: messages and calls about lateness that was corrected",
        )
    speech.data(
        {
            "regret": [
                {
                    "policy": one.policy, "late": one.late, "corrected": one.corrected, "withdrawn": one.withdrawn,
                    "rate": one.rate, "messages": one.messages,
                }
                for one in lines
            ]
        }
    )  # fmt: skip


def _label(desk: Opened, policy: str, speech: Speech) -> str:
    found = desk.rulebook.policies.get(policy)
    return speech.of(found.label, policy) if found else policy


def _percent(rate: float | None) -> str:
    return "—" if rate is None else f"{rate:.1%}"


def _say_manners(found: Manners, speech: Speech) -> None:
    columns = speech.of("对象 人数 消息 每人每天最多 95%不超过 每人每小时最多", "audience people messages max/day p95/day max/hour").split()
    speech.table(
        columns,
        [
            [
                speech.of(*AUDIENCES[one.audience]), str(one.people), str(one.messages), str(one.most_per_day), str(one.p95_per_day),
                str(one.most_per_hour),
            ]
            for one in found.lines
        ],
    )  # fmt: skip
    for reason, number in found.suppressed.items():
        speech.say(f"没有发出:{reason} × {number}", f"not sent: {reason} × {number}")
    speech.data(
        {
            "manners": [
                {
                    "audience": one.audience, "people": one.people, "messages": one.messages, "most_per_day": one.most_per_day,
                    "p95_per_day": one.p95_per_day, "most_per_hour": one.most_per_hour,
                }
                for one in found.lines
            ],
            "suppressed": dict(found.suppressed),
        }
    )  # fmt: skip
