"""Under which rules is the whole contract measured? A ring of five states: one guard, one deadline, one message for each event."""

from engine.language.compile import compile_rulebook
from engine.model.rulebook import Rulebook

STATES = ("intake", "dispatched", "picked_up", "in_transit", "arrived")


def ring_files() -> dict[str, str]:
    """As much per event as the raw yardstick writes: a state, a line of history, a timer, a row to be sent."""
    states = "".join(
        f"  {state}:\n    label: {state}\n    transitions:\n      - event: scan\n        if: {{weight_kg: {{more_than: 50}}}}\n"
        f"        to: {STATES[(place + 1) % len(STATES)]}\n        do: [{{send: changed}}]\n"
        for place, state in enumerate(STATES)
    )
    policies = "".join(
        f"  in_{state}:\n    label: {state}\n    workflow: shipment\n    while: {state}\n    limit: 1 h\n"
        f"    timeline:\n      - late: 0 min\n        do: [{{task: 看看, for: desk}}]\n"
        for state in STATES
    )
    return {
        "workflows/shipment.yaml": (
            "kind: workflow\nworkflow: shipment\nlabel: 托运单\nidentified_by: [no]\nstart: {state: intake, by: [created]}\n"
            "fields:\n  no: {type: text, label: 单号, max: 20}\n  weight_kg: {type: number, label: 重量, max: 9999}\n"
            f"events: {{created: 下单, scan: 扫描}}\nstates:\n{states}"
        ),
        "rules/sla.yaml": f"kind: sla\npolicies:\n{policies}",
        "rules/messages.yaml": (
            "kind: messages\nmessages:\n  changed:\n    label: 变更\n    workflow: shipment\n    channel: sms\n    to: desk\n    max_chars: 64\n"
            "    text: |\n      {no}现为{state}。\n"
        ),
        "rules/contacts.yaml": (
            "kind: contacts\npeople:\n  li: {name: 李, phone: 13800000001}\nroles:\n"
            "  desk: {label: 客服, person: li}\n  last_resort: {label: 兜底, person: li}\n"
        ),
        "rules/calendars.yaml": "kind: calendars\ntimezone: Asia/Shanghai\ncalendars:\n  shift:\n    label: 白班\n    hours:\n      - {days: mon-sat, open: 08:30-21:00}\n",
    }


def ring_rulebook() -> Rulebook:
    """Compiled."""
    compiled = compile_rulebook(ring_files())
    assert compiled.rulebook is not None, compiled.diagnostics
    return compiled.rulebook
