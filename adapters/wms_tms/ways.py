"""Which ways in do we open ourselves? Polls and drop folders of the rules in force, each looked at in its time, none holding up another."""

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from datetime import datetime, timedelta

from adapters.signing.exchange import Resolve
from adapters.wms_tms.drop import DropWay
from adapters.wms_tms.folder import FolderTrouble
from adapters.wms_tms.loading import Deliver
from adapters.wms_tms.poll import PollWay
from engine.model.connection import Connection
from engine.ports.clock import Clock
from engine.ports.ways_in import WaysIn

log = logging.getLogger("waybill.ways")

TROUBLE_AGAIN = timedelta(minutes=5)
"""The same trouble of a folder is logged at most this often."""
Way = PollWay | DropWay


class Ways:
    """Every connection of type `poll` or `files`. `lanes`: each in a lane of its own; None: one after another."""

    def __init__(
        self, clock: Clock, resolve: Resolve, book: WaysIn, deliver: Deliver, heard: Callable[[str], None], lanes: Executor | None = None
    ) -> None:
        self._clock = clock
        self._resolve = resolve
        self._book = book
        self._deliver = deliver
        self._heard = heard
        self._lanes = lanes
        self._ways: dict[str, Way] = {}
        self._looked: dict[str, datetime] = {}
        self._told: dict[str, datetime] = {}
        self._busy: set[str] = set()
        self._timezone = "UTC"

    def serve(self, connections: Mapping[str, Connection], timezone: str) -> None:
        """From now on these. A way whose file did not change goes on where it stands."""
        before, self._ways, self._timezone = self._ways, {}, timezone
        for name, connection in connections.items():
            known = before.get(name)
            if known is not None and known.connection == connection:
                self._ways[name] = before.pop(name)
            elif connection.poll is not None and connection.inbound is not None:
                self._ways[name] = PollWay(connection, self._clock, self._resolve, self._book, self._deliver, self._heard)
            elif connection.drop is not None and connection.inbound is not None:
                self._ways[name] = DropWay(connection, self._resolve, self._book, self._deliver)
        for way in before.values():
            way.close()

    def look(self) -> None:
        """Those whose time has come."""
        now = self._clock.now()
        for name, way in list(self._ways.items()):
            last = self._looked.get(name)
            if name in self._busy or (last is not None and (now - last).total_seconds() < way.every_seconds):
                continue
            self._looked[name] = now
            self._busy.add(name)
            if self._lanes is None:
                self._one(name, way)
            else:
                self._lanes.submit(self._one, name, way)

    def close(self) -> None:
        """Let go of what is held open."""
        for way in self._ways.values():
            way.close()

    def _one(self, name: str, way: Way) -> None:
        try:
            way.look(self._clock.now(), timezone=self._timezone)
        except FolderTrouble as trouble:
            self._tell(name, trouble)
        except Exception:  # A lane has nobody above it to hear of its failure; the others go on, this one is looked at again.
            log.exception("a way in failed", extra={"connection": name})
        finally:
            self._busy.discard(name)

    def _tell(self, name: str, trouble: FolderTrouble) -> None:
        now, last = self._clock.now(), self._told.get(name)
        if last is None or now - last >= TROUBLE_AGAIN:
            self._told[name] = now
            log.error("a drop folder cannot be used", extra={"connection": name, "why": str(trouble)})
