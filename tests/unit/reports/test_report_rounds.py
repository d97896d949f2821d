"""Does a scheduled report leave once per slot, whoever looks, whatever fails, and is it shown where it did not?"""

import email
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from adapters.clock import SettableClock
from adapters.files.rules import read_rules
from adapters.gateways import gateway_of
from adapters.scheduler.report_post import LEASE, PAUSES, ReportPost
from adapters.sql.report_slots import DOUBT, FAILED, OPEN, SENT
from adapters.sql.stores import SqlStores, open_stores
from engine.language.compile import compile_rulebook
from engine.language.report_words import REPORTS
from engine.model.connection import Connection
from engine.model.receipt import Parcel, Receipt
from engine.model.report_round import OVER as OVER_WORDS
from engine.model.rulebook import Rulebook
from engine.ports.gateway import Gateway
from engine.ports.worklist import Task
from engine.reports.report_over import OVER
from engine.reports.report_registry import SHEETS
from engine.reports.report_slots import due_slots
from tests.unit.gateways.test_mail import Box, a_server
from tests.unit.reports.test_mail import MAIL

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
ROUNDS = """kind: reports
reports:
  daily_orders:
    label: 每日下单
    report: origin
    over: yesterday
    at: 08:30
    to: [li@example.com, boss@example.com]
    by: [area]
"""


def at(text: str) -> datetime:
    """On the wall clock of the desk."""
    return (datetime.strptime(text, "%Y-%m-%d %H:%M") - timedelta(hours=8)).replace(tzinfo=UTC)  # noqa: DTZ007  # Made aware here.


@dataclass
class Office:
    """A rulebook with a mail server, a store on disk, and daemons that look after the reports."""

    rulebook: Rulebook
    path: Path
    clock: SettableClock
    box: Box
    opened: list[SqlStores] = field(default_factory=list)

    def daemon(self, gateway: Callable[[Connection], Gateway] | None = None) -> ReportPost:
        """One more, with connections of its own."""
        stores = open_stores(f"sqlite:///{self.path}", check=False)
        self.opened.append(stores)
        return ReportPost(
            stores.report_slots, stores, stores.worklist, gateway or (lambda one: gateway_of(one, stores.worklist, self.clock))
        )

    def look(self, daemon: ReportPost, text: str = "") -> int:
        if text:
            self.clock.set(at(text))
        return daemon.look(self.rulebook, 1, self.clock.now)

    def state(self) -> str:
        return self.opened[0].report_slots.last()[0].state

    def alarms(self) -> list[Task]:
        return [one for one in self.opened[0].worklist.tasks(role="last_resort", case="") if one.id.startswith("report/")]

    def mails(self) -> list[tuple[str, EmailMessage]]:
        return [(one.rcpt_tos[0], email.message_from_bytes(one.content, policy=default)) for one in self.box.taken]


@pytest.fixture
def office(two_days_on_disk: Path, tmp_path: Path) -> Iterator[Office]:
    box = Box()
    shutil.copy(two_days_on_disk / "desk.db", tmp_path / "desk.db")
    with a_server(box) as port:
        files = {**read_rules(two_days_on_disk / "book"), "rules/post.yaml": MAIL.format(port=port), "rules/reports.yaml": ROUNDS}
        rulebook = compile_rulebook(files).rulebook
        assert rulebook is not None
        office = Office(rulebook, tmp_path / "desk.db", SettableClock(at("2026-11-20 07:00")), box)
        assert office.look(office.daemon()) == 0  # The first look: what is past is past.
        yield office
        for stores in office.opened:
            stores.close()


def test_it_leaves_at_its_hour_with_the_figures_of_the_day_before(office: Office) -> None:
    daemon = office.daemon()

    early, due = office.look(daemon, "2026-11-20 08:29"), office.look(daemon, "2026-11-20 08:30")

    assert (early, due, office.state()) == (0, 2, SENT)
    (to, mail), (other, _) = office.mails()
    assert (to, other) == ("li@example.com", "boss@example.com")
    assert mail["Subject"].startswith("发货地分析 从 2026-11-19 00:00")
    assert [one.get_filename() for one in mail.iter_attachments()] == ["origin-20261119.xlsx"]
    assert "合计\t4" in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]  # It has one.
    assert office.alarms() == []


def test_two_daemons_and_a_restart_send_it_once(office: Office) -> None:
    office.clock.set(at("2026-11-20 08:30"))
    daemons = [office.daemon(), office.daemon()]
    threads = [threading.Thread(target=office.look, args=(one,)) for one in daemons]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    again = office.look(office.daemon(), "2026-11-20 23:00")

    assert again == 0
    assert sorted(to for to, _ in office.mails()) == ["boss@example.com", "li@example.com"]


def test_what_was_missed_while_nobody_ran_is_made_up_once(office: Office) -> None:
    daemon = office.daemon()

    left, again = office.look(daemon, "2026-11-22 12:00"), office.look(office.daemon(), "2026-11-22 13:00")

    assert (left, again) == (6, 0)
    files = [next(iter(mail.iter_attachments())).get_filename() for to, mail in office.mails() if to == "li@example.com"]
    assert files == ["origin-20261119.xlsx", "origin-20261120.xlsx", "origin-20261121.xlsx"]


def test_a_server_that_is_busy_is_asked_again_and_nobody_gets_it_twice(office: Office) -> None:
    daemon = office.daemon()
    office.box.rcpt = "451 4.3.2 later"
    assert office.look(daemon, "2026-11-20 08:30") == 0
    office.box.rcpt = "250 ok"

    too_soon = office.look(daemon)
    office.clock.advance(PAUSES[0])
    later, again = office.look(daemon), office.look(daemon)

    assert (too_soon, later, again, office.state()) == (0, 2, 0, SENT)
    assert office.alarms() == []


def test_after_the_last_try_a_person_is_told(office: Office) -> None:
    daemon = office.daemon()
    office.box.rcpt = "451 4.3.2 later"
    office.look(daemon, "2026-11-20 08:30")
    for pause in PAUSES:
        assert office.state() == OPEN
        office.clock.advance(pause)
        office.look(daemon)

    assert office.state() == FAILED
    (alarm,) = office.alarms()
    assert "每日下单" in alarm.text
    assert "li@example.com 没有发出" in alarm.text
    office.clock.advance(timedelta(hours=9))
    assert office.look(daemon) == 0


def test_who_is_refused_is_named_and_the_others_have_theirs(office: Office) -> None:
    async def refuse(server: object, session: object, envelope: object, address: str, options: object) -> str:
        if address.startswith("li@"):
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)  # type: ignore[attr-defined]  # The server's.
        return "250 ok"

    office.box.handle_RCPT = refuse  # type: ignore[method-assign]  # One address only.

    left = office.look(office.daemon(), "2026-11-20 08:30")

    assert (left, office.state()) == (1, FAILED)
    assert [to for to, _ in office.mails()] == ["boss@example.com"]
    assert "boss@" not in office.alarms()[0].text


class Pulled(Exception):
    """The plug."""


@dataclass
class Dying:
    """Carries the mail to the server, and is gone before it can say so."""

    gateway: Gateway

    def send(self, parcel: Parcel) -> Receipt:
        self.gateway.send(parcel)
        raise Pulled


def test_a_mail_that_was_leaving_when_the_daemon_died_is_shown_and_not_sent_again(office: Office) -> None:
    dying = office.daemon(lambda one: Dying(gateway_of(one, office.opened[0].worklist, office.clock)))  # type: ignore[arg-type,return-value]  # As much of one as is asked.
    with pytest.raises(Pulled):
        office.look(dying, "2026-11-20 08:30")
    after = office.daemon()

    at_once = office.look(after)
    office.clock.advance(LEASE)
    later = office.look(after)

    assert (at_once, later, office.state()) == (0, 1, DOUBT)
    assert sorted(to for to, _ in office.mails()) == ["boss@example.com", "li@example.com"]
    assert "li@example.com 结果不明" in office.alarms()[0].text


def test_a_role_without_an_address_is_told_of_and_a_report_taken_out_of_the_rules_stays(office: Office) -> None:
    daily = (office.rulebook.reports or {})["daily_orders"]
    office.rulebook = replace(office.rulebook, reports={"daily_orders": replace(daily, to=("last_resort",))})
    daemon = office.daemon()
    assert office.look(daemon, "2026-11-20 08:30") == 0
    told = office.alarms()
    office.rulebook = replace(office.rulebook, reports={})

    assert "last_resort 没有发出(没有邮箱)" in told[0].text
    assert office.look(daemon, "2026-11-21 08:30") == 0


@pytest.mark.parametrize(
    ("over", "calendar", "now", "due"),
    [
        ("yesterday", None, "2026-11-23 08:29", "2026-11-22 08:30"),
        ("yesterday", None, "2026-11-23 08:30", "2026-11-23 08:30"),
        ("last_week", None, "2026-11-26 12:00", "2026-11-23 08:30"),
        ("last_month", None, "2026-11-26 12:00", "2026-11-01 08:30"),
        ("last_week", "service_desk", "2026-10-09 12:00", "2026-10-08 08:30"),
        ("last_month", "service_desk", "2026-10-07 12:00", "2026-09-01 08:30"),
        ("yesterday", "service_desk", "2026-11-23 12:00", "2026-11-23 08:30"),
    ],
)
def test_a_slot_is_due_at_its_hour_on_the_first_day_that_is_open(
    office: Office, over: str, calendar: str | None, now: str, due: str
) -> None:
    daily = (office.rulebook.reports or {})["daily_orders"]

    found = due_slots(replace(daily, over=over, calendar=calendar), office.rulebook.calendars, office.rulebook.timezone, at(now))

    assert found[-1].due_at == at(due)
    assert len({one.name for one in found}) == 7


@pytest.mark.parametrize(
    ("old", "new", "code", "wrong"),
    [
        ("report: origin", "report: orgin", "R301", "orgin"),
        ("to: [li@example.com,", "to: [service_manger,", "R301", "service_manger"),
        ("to: [li@example.com,", "to: [li@example,", "F110", "li@example"),
        ("by: [area]", "by: [aera]", "R301", "aera"),
        ("over: yesterday", "over: last_year", "F103", "last_year"),
        ("at: 08:30", "at: 8 点半", "F110", "8 点半"),
        ("at: 08:30", "at: 08:30\n    calendar: dask", "R301", "dask"),
        ("by: [area]", "only: {aera: 深圳}", "R301", "aera"),
        ("by: [area]", "format: pdf", "F103", "pdf"),
    ],
)  # fmt: skip
def test_a_slip_is_refused_at_its_line_and_column(two_days_on_disk: Path, old: str, new: str, code: str, wrong: str) -> None:
    assert ROUNDS.count(old) == 1
    text = ROUNDS.replace(old, new)
    files = {**read_rules(two_days_on_disk / "book"), "rules/post.yaml": MAIL.format(port=25), "rules/reports.yaml": text}

    result = compile_rulebook(files)

    found = next(one for one in result.diagnostics if one.code == code)
    assert result.rulebook is None
    assert text.splitlines()[found.span.line - 1][found.span.column - 1 :].startswith(wrong)


def test_without_a_mail_server_the_check_says_that_nothing_can_leave(two_days_on_disk: Path) -> None:
    result = compile_rulebook({**read_rules(two_days_on_disk / "book"), "rules/reports.yaml": ROUNDS})

    assert [(one.code, one.span.line) for one in result.diagnostics if one.span.file.endswith("reports.yaml")] == [("R301", 2)]


def test_the_check_knows_the_reports_that_there_are() -> None:
    assert {name: set(may) for name, may in REPORTS.items()} == {name: set(sheet.may) for name, sheet in SHEETS.items()}
    assert tuple(OVER) == OVER_WORDS
