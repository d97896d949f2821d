"""Signs that hide, reverse or break a text neither come in nor go out."""

from hypothesis import given
from hypothesis import strategies as some

from adapters.memory import open_memory
from engine.language.compile import compile_rulebook
from engine.model.plain import plain
from engine.service.desk import Incoming, Said
from engine.service.simulate import Simulation
from tests.contract.builders import NOW
from tests.diagnostics.test_diagnostics import small_rulebook

TRICKS = "深\u202e圳\x00\r\n东\u200b\x1b[31m区\u2066\ufeff"


@given(some.text())
def test_a_plain_text_has_one_line_no_controls_and_stays_itself(text: str) -> None:
    once = plain(text)

    assert plain(once) == once
    assert len(once.splitlines()) <= 1
    assert not any(
        ord(sign) < 32 or sign in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u200b\ufeff" for sign in once
    )
    once.encode("utf-8")


def test_words_in_any_language_and_emoji_stay_as_they_are() -> None:
    for text in ("深圳市南山区,收件人:欧阳锋", "Straße 5, 3e étage", "مرحبا", "👨‍👩‍👧 家"):
        assert plain(text) == text


def test_what_a_neighbour_sends_is_kept_and_sent_without_them() -> None:
    rulebook = compile_rulebook(small_rulebook()).rulebook
    assert rulebook is not None
    stores = open_memory()
    simulation = Simulation(rulebook, stores, NOW)
    data = {
        "city": "深\u202e圳\x00\r东\u200b",
        "name": "王\u202e明",
        "phone": "13800138000",
        "promised": "2026-11-23 15:00",
        "strange": TRICKS,
    }
    incoming = Incoming(
        source="connection/tms", id="1", workflow="parcel", event="created", occurred_at=NOW, data=data, extra={"remark": TRICKS}
    )  # fmt: skip

    (answer,) = simulation.accept([incoming])

    assert answer.said is Said.ACCEPTED
    (row,) = stores.directory.cases()
    (line,) = stores.directory.journal(row.id)
    shown = [*row.fields.values(), *line.extra.values(), *stores.directory.private(row.id).values()]
    assert row.fields["city"] == "深圳 东"
    assert stores.directory.private(row.id)["name"] == "王明"
    assert all(plain(text) == text for text in shown), shown
