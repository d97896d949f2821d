"""What does a case hear of its command? The answer as its event, the number in its field; nothing of what nobody knows."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from engine.language.compile import compile_rulebook
from engine.model.effect import Effect, EffectKind
from engine.model.receipt import Receipt, Verdict
from engine.model.rulebook import Rulebook
from engine.service.commanding import told, tries_of
from tests.unit.wms_tms.ways import WORKFLOW

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
OUT = """\
kind: connection
connection: tms
label: 运输系统
type: http
outbound:
  base_url: env:TMS
  commands:
    hold: {method: POST, path: /hold, reference: {at: no, save_as: city}, retry: {when: [no_connection], waits: [1 min], times: 3}}
"""
EFFECT = Effect(
    id="parcel:A1/2/1",
    case="parcel:A1",
    workflow="parcel",
    kind=EffectKind.COMMAND,
    cause="",
    reason="",
    at=NOW,
    target="tms",
    command="hold",
)
YES = Receipt(verdict=Verdict.ACCEPTED, key="k", at=NOW, provider_id="T-1", final=True)


def a_rulebook(*events: str) -> Rulebook:
    more = "".join(f", {event}: 回音" for event in events)
    compiled = compile_rulebook(
        {"workflows/parcel.yaml": WORKFLOW.replace("signed: 签收}", f"signed: 签收{more}}}"), "rules/connections/tms.yaml": OUT}
    )
    assert compiled.rulebook is not None, compiled.diagnostics
    return compiled.rulebook


def test_an_answer_is_an_event_where_the_workflow_declares_it() -> None:
    rulebook = a_rulebook("command_accepted", "command_rejected")
    no = replace(YES, verdict=Verdict.REJECTED, reason="refused", detail="too late", provider_id="")

    (yes,), (refused,) = told(rulebook, EFFECT, YES, NOW), told(rulebook, EFFECT, no, NOW)

    assert (yes.event.name, yes.event.data) == ("command_accepted", {"city": "T-1"})
    assert (refused.event.name, refused.event.extra["detail"]) == ("command_rejected", "too late")


def test_a_number_is_kept_also_where_no_event_is_declared() -> None:
    (report,) = told(a_rulebook(), EFFECT, YES, NOW)

    assert (report.event.name, report.event.data) == ("edited", {"city": "T-1"})


@pytest.mark.parametrize("verdict", [Verdict.UNKNOWN, Verdict.RETRY])
def test_what_nobody_knows_is_no_answer(verdict: Verdict) -> None:
    assert told(a_rulebook("command_accepted", "command_rejected"), EFFECT, replace(YES, verdict=verdict), NOW) == ()


def test_a_message_says_nothing_here() -> None:
    assert told(a_rulebook("command_accepted"), replace(EFFECT, kind=EffectKind.MESSAGE), YES, NOW) == ()


def test_a_command_has_its_own_waits() -> None:
    assert tries_of(a_rulebook(), EFFECT, (5, 15), 8) == ((60,), 3)
    assert tries_of(a_rulebook(), replace(EFFECT, command="other"), (5, 15), 8) == ((5, 15), 8)
