"""Do two variables of a text for approval touch?

template-adjacent-variables (W564)

What it finds: two marks with nothing between them, in a text that a provider must approve.
Why it matters: reviewers refuse it: nobody can see where one variable ends, and anything could be said.
Example: `{city}{name}请速发出`.
Better: `{city}的{name},请速发出`.
When to allow it: never with a provider of templates; it is a warning, because other providers take it.
"""

from datetime import date
from itertools import pairwise

from engine.language.carriers import pieces, reviewed, shown
from engine.language.diagnostics import Findings
from engine.model.message import Placeholder
from engine.model.rulebook import Rulebook


def check(rulebook: Rulebook, findings: Findings, today: date | None) -> None:
    """Report marks that touch."""
    for message in reviewed(rulebook):
        for one, other in pairwise(pieces(message.text)):
            if isinstance(one, Placeholder) and isinstance(other, Placeholder):
                zh, en = f"{shown(one)}和{shown(other)}紧挨着,模板审核不过", f"{shown(one)} and {shown(other)} touch"
                findings.add("W564", other.span, zh, en, fix=("中间写上字", "write a word between them"))
