"""Does a text for approval use one variable twice?

template-variable-twice (W565)

What it finds: the same mark twice in a text that a provider must approve.
Why it matters: a template's variable may be used once; the second place would need a variable of its own.
Example: `{no}请速发出,单号{no}`.
Better: say it once.
When to allow it: never with a provider of templates; it is a warning, because other providers take it.
"""

from datetime import date

from engine.language.carriers import marks, reviewed, shown
from engine.language.diagnostics import Findings
from engine.model.rulebook import Rulebook


def check(rulebook: Rulebook, findings: Findings, today: date | None) -> None:
    """Report marks that come again."""
    for message in reviewed(rulebook):
        seen: set[str] = set()
        for mark in marks(message.text):
            if mark.name in seen:
                zh, en = f"{shown(mark)}用了两次,模板里一个变量只能用一次", f"{shown(mark)} stands twice"
                findings.add("W565", mark.span, zh, en, fix=("只写一次", "say it once"))
            seen.add(mark.name)
