"""What does the console look at, in memory?"""

from adapters.memory.staff import MemoryStaff, MemoryTrail
from adapters.memory.state import State


class MemoryViews:
    """See Views."""

    def __init__(self, state: State, staff: MemoryStaff, trail: MemoryTrail) -> None:
        self._state = state
        self._staff = staff
        self._trail = trail

    def pulse(self) -> str:
        """See Views.pulse; a memory store is small enough to count."""
        state = self._state
        cases = sum(record.case.revision for record in state.cases.values())
        people = [(one.name, one.label, one.access, one.disabled, one.password) for one in self._staff.users()]
        tasks = [(one.id, one.status, one.claimed_by, one.claim_until) for one in state.tasks.values()]
        return f"{cases}/{len(state.undecided)}/{len(self._trail.entries)}/{hash((*people, *tasks, *self._staff.signed_in.values()))}"
