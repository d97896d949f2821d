"""How is a difference said at the prompt? As everywhere, in the language of the command."""

from dataclasses import dataclass

from adapters.cli.speech import Speech
from engine.reports.plan_words import Told


@dataclass(frozen=True, slots=True)
class Words(Told):
    """Speaks of the names of two rulebooks; the new one's labels win."""

    speech: Speech
