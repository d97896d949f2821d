"""Who rings, who is silent, what were the rules? Bells, feeds and the shelf of rulebooks in memory."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from adapters.memory.state import State
from engine.model.timer import Timer
from engine.model.version import Edition, Proposal, Version
from engine.ports.store import Conflict, Feed


class MemoryBells:
    """See Bells."""

    def __init__(self, state: State) -> None:
        self._state = state

    def due(self, now: datetime, limit: int, *, silent: Collection[str] = (), case_id: str | None = None) -> Sequence[Timer]:
        """See Bells.due."""
        found: list[Timer] = []
        for timer in self._of(case_id):
            if timer.due_at > now or len(found) >= limit:
                break
            back = self._back_at(timer)
            held = back is not None and back + timedelta(seconds=timer.lag_seconds) > now
            if timer.waits_for not in silent and not held:
                found.append(timer)
        return found

    def next_due(self) -> datetime | None:
        """See Bells.next_due."""
        instants = [due_at for due_at, _, _ in self._state.queue[:1]]
        instants += [paper.retry_at for paper in self._state.undecided.values() if paper.status == "new" and paper.retry_at]
        for timer in self._state.armed():
            feed = self._state.feeds.get(timer.waits_for or "")
            if feed is not None and feed.silent_since is not None:
                continue
            back = self._back_at(timer)
            if back is None:
                instants.append(timer.due_at)
                break
            instants.append(max(timer.due_at, back + timedelta(seconds=timer.lag_seconds)))
        return min(instants, default=None)

    def _of(self, case_id: str | None) -> Iterable[Timer]:
        if case_id is None:
            return self._state.armed()
        record = self._state.cases.get(case_id)
        return [record.timers[bell] for bell in sorted(record.timers)] if record is not None else []

    def _back_at(self, timer: Timer) -> datetime | None:
        feed = self._state.feeds.get(timer.waits_for or "")
        return feed.back_at if feed is not None else None


class MemoryFeeds:
    """See Feeds."""

    def __init__(self, state: State) -> None:
        self._state = state

    def heard(self, connection: str, at: datetime) -> None:
        """A sign of life; after a silence it is the instant of return."""
        feed = self._feed(connection)
        heard_at = max(feed.heard_at, at) if feed.heard_at is not None else at
        feed = replace(feed, heard_at=heard_at)
        if feed.silent_since is not None:
            feed = replace(feed, silent_since=None, back_at=at)
        self._state.feeds[connection] = feed

    def fell_silent(self, connection: str, at: datetime) -> bool:
        """See Feeds.fell_silent."""
        feed = self._feed(connection)
        if feed.silent_since is not None:
            return False
        self._state.feeds[connection] = replace(feed, silent_since=at, back_at=None)
        return True

    def feeds(self) -> Sequence[Feed]:
        """In order of name."""
        return [self._state.feeds[name] for name in sorted(self._state.feeds)]

    def _feed(self, connection: str) -> Feed:
        return self._state.feeds.get(connection) or Feed(connection=connection, heard_at=None, silent_since=None, back_at=None)


class MemoryShelf:
    """See RulebookShelf."""

    def __init__(self, state: State) -> None:
        self._state = state

    def publish(self, edition: Edition, *, base: int | None, proposal: int | None = None) -> Version:
        """See RulebookShelf.publish. Raises Conflict."""
        current = self.current()
        if (current.number if current else None) != base:
            raise Conflict(f"version {base} is not in force any more")
        version = Version(
            number=len(self._state.versions) + 1, fingerprint=edition.fingerprint, by=edition.by, why=edition.why, how=edition.how,
            at=edition.at, parent=base, renames={kind: dict(names) for kind, names in edition.renames.items()},
        )  # fmt: skip
        self._state.versions.append((version, dict(edition.files)))
        self._state.proposals.pop(proposal or 0, None)
        return version

    def versions(self) -> Sequence[Version]:
        """Oldest first."""
        return [version for version, _ in self._state.versions]

    def current(self) -> Version | None:
        """The last one."""
        return self._state.versions[-1][0] if self._state.versions else None

    def files(self, fingerprint: str) -> dict[str, str] | None:
        """The texts of one rulebook."""
        return next((dict(files) for version, files in reversed(self._state.versions) if version.fingerprint == fingerprint), None)

    def propose(self, edition: Edition, *, base: int | None) -> Proposal:
        """See RulebookShelf.propose."""
        for number in [one.number for one in self._state.proposals.values() if one.by == edition.by]:
            del self._state.proposals[number]
        self._state.last_proposal += 1
        proposal = Proposal(
            number=self._state.last_proposal, base=base, fingerprint=edition.fingerprint, by=edition.by, why=edition.why,
            at=edition.at, files=dict(edition.files),
        )  # fmt: skip
        self._state.proposals[proposal.number] = proposal
        return proposal

    def proposals(self) -> Sequence[Proposal]:
        """Oldest first."""
        return list(self._state.proposals.values())

    def mark(self, name: str) -> str:
        """See RulebookShelf.mark."""
        return self._state.marks.get(name, "")

    def note(self, name: str, text: str) -> None:
        """See RulebookShelf.note."""
        self._state.marks[name] = text
