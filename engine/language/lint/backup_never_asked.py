"""Is every connection of a channel ever asked?

backup-never-asked (W577)

What it finds: connections that stand in for each other in a circle, or for one that carries another channel.
Why it matters: each waits for another to fail, so none is asked: nothing leaves by them at all.
Example: `a` with `backup_for: b` and `b` with `backup_for: a`.
Better: one that stands in for nobody, and behind it the others in a row.
When to allow it: never.
"""

from datetime import date

from engine.language.diagnostics import Findings
from engine.model.connection import Connection
from engine.model.rulebook import Rulebook


def check(rulebook: Rulebook, findings: Findings, today: date | None) -> None:
    """Report connections that no route reaches."""
    for connection in rulebook.connections.values():
        seen: list[str] = []
        one: Connection | None = connection
        while one is not None and one.backup_for is not None and one.name not in seen:
            seen.append(one.name)
            one = rulebook.connections.get(one.backup_for)
            if one is not None and one.carries != connection.carries:
                break
        if connection.backup_for is not None and (one is None or one.backup_for is not None or one.carries != connection.carries):
            row = " → ".join([*seen, one.name if one is not None else ""])
            fix = ("让一个通道不写 backup_for", "let one of them stand in for nobody")
            findings.add(
                "W577", connection.span, f"“{connection.label}”永远轮不到:{row}", f"“{connection.name}” is never asked: {row}", fix=fix
            )
