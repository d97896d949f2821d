"""What are the rules? All YAML, compiled, with one fingerprint."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from engine.model.calendar import Calendar, Disruption
from engine.model.connection import Connection
from engine.model.contact import Contacts
from engine.model.escalation import Chain
from engine.model.keeping import Keeping
from engine.model.message import Caps, Message
from engine.model.policy import Policy
from engine.model.report_round import ReportRound
from engine.model.story import Story
from engine.model.version import Renames
from engine.model.workflow import Workflow


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    """A compiled rulebook. Mappings keep written order."""

    fingerprint: str
    timezone: str
    workflows: Mapping[str, Workflow]
    policies: Mapping[str, Policy]
    chains: Mapping[str, Chain]
    messages: Mapping[str, Message]
    caps: Caps
    costs: Mapping[str, Decimal] = field(default_factory=dict)
    """Channel -> yuan per SMS segment, call or message; nothing is decided by it, `plan` adds it up."""
    contacts: Contacts
    calendars: Mapping[str, Calendar]
    disruptions: tuple[Disruption, ...]
    connections: Mapping[str, Connection]
    stories: tuple[Story, ...]
    earlier: Mapping[str, "Earlier"] = field(default_factory=dict)
    """Fingerprint -> rulebook, for events that an earlier one decided and cases that go on under it."""
    keeping: Keeping | None = None
    """How long what is kept; None: everything, for ever."""
    reports: Mapping[str, ReportRound] | None = None
    """Reports that go out by themselves; None: no file says so."""
    overlays: Mapping[str, tuple[Calendar, ...]] = field(default_factory=dict)
    """Calendar name -> versions with valid_from/valid_to; the later valid_from wins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """A rulebook that was in force, as those in force now see it."""

    rulebook: Rulebook
    """Under today's names."""
    renames: Renames
    """What it called otherwise."""
