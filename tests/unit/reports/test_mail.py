"""Does a report reach a mailbox, with its numbers and its spreadsheet, and is it told when it does not?"""

import email
import io
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.reports.report_over import OVER, covered
from tests.unit.cli.rulebook import Said, waybill
from tests.unit.gateways.test_mail import Box, a_server

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
MAIL = "kind: connection\nconnection: post\nlabel: 邮件\ntype: smtp\ncarries: email\nhost: 127.0.0.1\nport: {port}\nsecurity: none\nfrom: desk@example.com\n"


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LANG", "WAYBILL_LANG", "WAYBILL_DB", "WAYBILL_RULES"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def box() -> Box:
    return Box()


@pytest.fixture
def desk(two_days_on_disk: Path, tmp_path: Path, box: Box) -> Iterator[tuple[str, ...]]:
    """The two days, with a mail server in the rules and a manager who has an address."""
    book = tmp_path / "book"
    shutil.copytree(two_days_on_disk / "book", book)
    contacts = next(book.rglob("contacts.yaml"))
    written = contacts.read_text(encoding="utf-8")
    contacts.write_text(written.replace("wechat_work: zhouli}", "wechat_work: zhouli, email: boss@example.com}"), encoding="utf-8")
    with a_server(box) as port:
        (book / "rules" / "post.yaml").write_text(MAIL.format(port=port), encoding="utf-8")
        yield ("--db", str(two_days_on_disk / "desk.db"), "--rules", str(book))


def report(desk: tuple[str, ...], *words: str) -> Said:
    return waybill("report", *words, *desk)


def mails(box: Box) -> list[EmailMessage]:
    return [email.message_from_bytes(one.content, policy=default) for one in box.taken]


def test_a_report_arrives_with_its_numbers_and_its_spreadsheet(desk: tuple[str, ...], box: Box) -> None:
    said = report(desk, "origin", "--since", "2026-11-19", "--until", "2026-11-20", "--mail", "service_manager", "--mail", "li@example.com")

    assert (said.code, said.out) == (0, "已发给 service_manager\n已发给 li@example.com\n")
    assert [one.rcpt_tos for one in box.taken] == [["boss@example.com"], ["li@example.com"]]
    mail = mails(box)[0]
    assert mail["Subject"] == "发货地分析 从 2026-11-19 00:00  到 2026-11-21 00:00 以前"
    assert "合计\t7" in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]  # It has one.
    shown = mail.get_body(("html",)).get_content()  # type: ignore[union-attr]  # So has it.
    assert "<table" in shown
    assert "<svg" not in shown
    (file,) = mail.iter_attachments()
    assert file.get_filename() == "origin-20261119-20261120.xlsx"
    table = openpyxl.load_workbook(io.BytesIO(file.get_content())).worksheets[0]
    assert [cell.value for cell in table[2]][:2] == ["深圳", 4]


def test_the_same_report_of_the_same_days_is_the_same_mail(desk: tuple[str, ...], box: Box) -> None:
    for _ in range(2):
        report(desk, "origin", "--until", "2026-11-20", "--mail", "li@example.com")
    report(desk, "origin", "--until", "2026-11-19", "--mail", "li@example.com")

    first, again, other = (one["Message-ID"] for one in mails(box))
    assert first == again != other


def test_a_mail_that_did_not_leave_is_an_error(desk: tuple[str, ...], box: Box) -> None:
    box.rcpt = "550 5.1.1 no such user"

    said = report(desk, "origin", "--mail", "li@example.com")

    assert said.code == 1
    assert "bad_number" in said.err


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("origin", "--mail", "nobody_at_all"), 2), (("origin", "--mail", "last_resort"), 1), (("origin", "--over", "last_year"), 2),
        (("origin", "--over", "last_week", "--since", "2026-11-01"), 2), (("regret", "--mail", "li@example.com"), 2),
    ],
)  # fmt: skip
def test_what_cannot_be_mailed_is_refused_in_words(desk: tuple[str, ...], box: Box, words: tuple[str, ...], code: int) -> None:
    said = report(desk, *words)

    assert (said.code, box.taken) == (code, [])
    assert said.err


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # A busy machine draws slowly.
@given(st.datetimes(min_value=datetime(2000, 2, 1), max_value=datetime(2060, 1, 1)), st.sampled_from(sorted(OVER)))  # noqa: DTZ001  # made aware below
def test_what_is_covered_ends_before_today_and_is_whole(now: datetime, word: str) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    since, until = covered(word, now.replace(tzinfo=UTC), "Asia/Shanghai")

    today = now.replace(tzinfo=UTC).astimezone(zone).date()
    assert since.date() < until.date() <= today
    assert {"yesterday": (until - since).days == 1 and until.date() == today,
            "last_week": (until - since).days == 7 and since.weekday() == 0 and (today - until.date()).days < 7,
            "last_month": since.day == until.day == 1 and 28 <= (until - since).days <= 31 and (today - until.date()).days < 31}[word]  # fmt: skip
