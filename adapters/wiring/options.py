"""What is decided about a daemon before it starts? By the command line and the environment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from adapters.clock import GuardedClock, SystemClock
from engine.service.case_hands import UNDO_SECONDS

SECOND_PERSON = "second-person"
"""How `Options.publish` says that nobody publishes alone."""


@dataclass(slots=True, kw_only=True)
class Options:
    """What the command line and the environment decide about a daemon."""

    db: str = "sqlite:///var/waybill.db"
    rules: str | None = None
    host: str = "127.0.0.1"
    port: int = 8080
    tokens: Mapping[str, str] = field(default_factory=dict)
    lang: str = "zh"
    simulated: bool = False
    """Time is what the feed says (`received_at`); for drills and proofs."""
    clock: SystemClock = field(default_factory=GuardedClock)
    publish: str = "folder"
    """`folder`: who may write the watched folder publishes. `second-person`: what it says waits for somebody else."""
    desk_url: str = ""
    """The console's address as browsers see it; see Settings."""
    link_keys: Sequence[str] = ()
    """Of the customers' links, the newest first."""
    proxies: Sequence[str] = ()
    """See Settings."""
    anchors: Path | None = None
    """See Settings."""
    undo_seconds: int = UNDO_SECONDS
    """See Settings."""
