"""What are the rules? All YAML, compiled, with one fingerprint."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.model.calendar import Calendar, Disruption
from engine.model.connection import Connection
from engine.model.contact import Contacts
from engine.model.escalation import Chain
from engine.model.message import Caps, Message
from engine.model.policy import Policy
from engine.model.story import Story
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
    contacts: Contacts
    calendars: Mapping[str, Calendar]
    disruptions: tuple[Disruption, ...]
    connections: Mapping[str, Connection]
    stories: tuple[Story, ...]
    earlier: Mapping[str, Workflow] = field(default_factory=dict)
    """Workflow version -> workflow, for events that an earlier rulebook decided."""
    overlays: Mapping[str, tuple[Calendar, ...]] = field(default_factory=dict)
    """Calendar name -> versions with valid_from/valid_to; the later valid_from wins."""
