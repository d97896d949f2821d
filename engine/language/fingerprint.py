"""Do two rulebooks mean the same? A hash of the meaning: no places, comments, order of keys or spelling of durations."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum

from engine.model.condition import AllOf, AnyOf, NoneOf
from engine.model.fieldtext import write_text
from engine.model.message import Cap
from engine.model.policy import Amount
from engine.model.rulebook import Rulebook
from engine.model.span import Span
from engine.model.workflow import Workflow

_LABELS = frozenset({"label", "was", "customer"})
_NOT_RULES = frozenset({"fingerprint", "stories", "earlier", "version"})

_ONLY_IF_SAID = frozenset({"keeping", "customer", "reports"})
"""Keys that came later: a rulebook that does not say them keeps the fingerprint it always had."""


def workflow_version(workflow: Workflow) -> str:
    """Fingerprint of a workflow's meaning; labels, and what customers are shown, are for reading only."""
    return _hash(_plain(workflow, _LABELS | _NOT_RULES))


def rulebook_fingerprint(rulebook: Rulebook) -> str:
    """Fingerprint of a whole rulebook; labels count, for people read them; stories are tests, not rules."""
    return _hash(_plain(rulebook, _NOT_RULES))


def stamp(rulebook: Rulebook) -> Rulebook:
    """Fill in the versions of all workflows and the fingerprint."""
    workflows = {name: replace(workflow, version=workflow_version(workflow)) for name, workflow in rulebook.workflows.items()}
    stamped = replace(rulebook, workflows=workflows)
    return replace(stamped, fingerprint=rulebook_fingerprint(stamped))


def _hash(plain: object) -> str:
    return hashlib.sha256(json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _plain(value: object, without: frozenset[str]) -> object:
    if value is None or (isinstance(value, (bool, int, str)) and not isinstance(value, Enum)):
        return value
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, (Decimal, datetime)):
        return [type(value).__name__, write_text(value)]
    if isinstance(value, (date, time)):
        return [type(value).__name__, value.isoformat()]
    if isinstance(value, Amount):
        return ["Amount", value.seconds, value.business_days]
    if isinstance(value, Cap):
        return ["Cap", value.count, value.seconds]
    if isinstance(value, (AllOf, AnyOf, NoneOf)):
        parts = [_plain(part, without) for part in value.parts]
        return [type(value).__name__, *sorted(parts, key=_hash)]
    if isinstance(value, Mapping):
        return {_key(key): _plain(item, without) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item, without) for item in value if not isinstance(item, Span)]
    assert is_dataclass(value), value
    named = {item.name: getattr(value, item.name) for item in fields(value) if item.name not in without}
    named = {name: item for name, item in named.items() if item is not None or name not in _ONLY_IF_SAID}
    return [
        type(value).__name__,
        {name: _plain(item, without) for name, item in named.items() if not isinstance(item, Span) and name != "spans"},
    ]


def _key(key: object) -> str:
    return key.isoformat() if isinstance(key, date) else str(key)
