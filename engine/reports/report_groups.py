"""What may the rows of a sheet be sorted by? Area, lane, person, customer ... and any field of a workflow."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.core.words import CHANNELS
from engine.model.escalation import Chain
from engine.model.masks import mask_by_field, mask_text
from engine.model.message import Message
from engine.model.policy import Policy
from engine.model.rulebook import Rulebook
from engine.model.values import FieldType
from engine.model.workflow import Field, Workflow
from engine.reports.report_shape import Dossier, Named, Paper, Scope

OTHERS = "\N{HORIZONTAL ELLIPSIS}"
"""The row that takes what opens no row of its own any more."""


@dataclass(frozen=True, slots=True)
class Dimension:
    """A way to sort. `fields`: the first of them that a case knows; none: only the sheet knows it."""

    zh: str
    en: str
    fields: tuple[str, ...] = ()


DIMENSIONS: dict[str, Dimension] = {
    "area": Dimension("地区", "area", ("area", "city", "pickup_city", "region")),
    "lane": Dimension("线路", "lane"),
    "customer": Dimension("客户", "customer", ("customer_no", "shipper_phone", "customer_phone", "customer")),
    "tier": Dimension("客户级别", "tier", ("customer_tier", "tier")),
    "source": Dimension("来源", "source", ("source", "channel")),
    "packaging": Dimension("包装", "packaging", ("packaging", "goods_check")),
    "topic": Dimension("问题类型", "topic", ("topic",)),
    "severity": Dimension("严重程度", "severity", ("severity", "seriousness", "urgency")),
    "courier": Dimension("提货人", "courier"),
    "person": Dimension("人员", "person"),
    "policy": Dimension("时效", "policy"),
    "chain": Dimension("升级链", "chain"),
    "channel": Dimension("渠道", "channel"),
    "message": Dimension("消息", "message"),
    "cause": Dimension("原因", "cause"),
    "type": Dimension("类型", "type"),
    "outcome": Dimension("送达", "outcome"),
}
PLACES = ("area", "lane", "customer", "tier", "source")
"""What every sheet over cases may be sorted by."""

WORDS = {
    "on_time": ("按时送达", "on time"), "late": ("晚送达", "late"), "no_promise": ("送达,没有承诺", "delivered, no promise"),
    "not_delivered": ("未送达", "not delivered"), "system": ("系统和对接", "systems"), OTHERS: ("其余", "others"), "": ("—", "—"),
    "chain_step": ("(升级)", "(escalation)"),
}  # fmt: skip
"""Values that are words of ours."""


def papers_for(rulebook: Rulebook, by: str) -> frozenset[Paper]:
    """What must be read to sort by this."""
    papers = {Paper.SHIPMENT} if by in ("area", "lane", "packaging", "courier") else set()
    if any(one in rulebook_fields(rulebook) and rulebook_fields(rulebook)[one].private for one in _names(by)):
        papers.add(Paper.PRIVATE)
    return frozenset(papers)


def rulebook_fields(rulebook: Rulebook) -> Mapping[str, Field]:
    """Every declared field by name; of two workflows' the private one counts."""
    found: dict[str, Field] = {}
    for workflow in rulebook.workflows.values():
        for field in workflow.fields.values():
            if field.name not in found or field.private:
                found[field.name] = field
    return found


def value_of(scope: Scope, dossier: Dossier, by: str) -> str:
    """The value of a case; of a ticket that does not know it, of its shipment; empty for none. Personal values stay in memory."""
    if by == "lane":
        ends = [_first(dossier, DIMENSIONS["area"].fields), _first(dossier, ("destination",))]
        return "→".join(one or "—" for one in ends) if any(ends) else ""
    return _first(dossier, _names(by))


def named(scope: Scope, by: str, value: str) -> Named:
    """As people read it: labels for names of rules, masks for personal values."""
    if value in WORDS:
        return Named(value, *WORDS[value])
    label = _label(scope.rulebook, by, value)
    if label is not None:
        return Named(value, label, value)
    declared = rulebook_fields(scope.rulebook)
    private = next((declared[one] for one in _names(by) if one in declared and declared[one].private), None)
    if private is not None:
        masked = mask_by_field(private.name, value, private.type)
        return Named(masked, masked, masked)
    shown = mask_text(value)
    return Named(shown, shown, shown)


def is_meant(scope: Scope, by: str, wanted: str, value: str) -> bool:
    """Whether a person who wrote `wanted` means this value: as it is, or by its label; never by its mask, which several share."""
    return value == wanted or _label(scope.rulebook, by, value) == wanted or (value in WORDS and wanted in WORDS[value])


def _label(rulebook: Rulebook, by: str, value: str) -> str | None:
    """Of a rule's name, a channel, somebody of the rules; None: it is none of them."""
    if by == "channel":
        return CHANNELS.get(value)
    if by == "person":
        found = rulebook.contacts.people.get(value)
        return found.name if found is not None else None
    rules: Mapping[str, Mapping[str, Policy | Chain | Message | Workflow]] = {
        "policy": rulebook.policies, "chain": rulebook.chains, "message": rulebook.messages, "type": rulebook.workflows,
    }  # fmt: skip
    rule = rules.get(by, {}).get(value)
    return rule.label if rule is not None else None


def head_of(scope: Scope, by: str) -> Named:
    """The heading of its column."""
    if by in DIMENSIONS:
        return Named(by, DIMENSIONS[by].zh, DIMENSIONS[by].en)
    field = rulebook_fields(scope.rulebook).get(by)
    return Named(by, field.label if field else by, by)


def dimension_named(rulebook: Rulebook, text: str, may: tuple[str, ...]) -> str | None:
    """The dimension or field a person means, by its name or its Chinese label; None: a sheet has none such."""
    for name in may:
        if text in (name, DIMENSIONS[name].zh):
            return name
    for field in rulebook_fields(rulebook).values():
        if text in (field.name, field.label) and field.type is not FieldType.COUNT:
            return field.name
    return None


def _names(by: str) -> tuple[str, ...]:
    return DIMENSIONS[by].fields if by in DIMENSIONS else (by,)


def _first(dossier: Dossier, names: tuple[str, ...]) -> str:
    known: list[Mapping[str, str]] = [dossier.case.fields, dossier.private]
    if dossier.shipment is not None:
        known.append(dossier.shipment.fields)
    return next((texts[name] for texts in known for name in names if texts.get(name)), "")
