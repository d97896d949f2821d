"""Which rules does no story tell of?

untold-rule (W531)

What it finds: messages and policies whose name stands in no story; one line for each kind, naming the first.
Why it matters: a rule without a story changes its meaning in an edit, and nobody notices before a customer does.
Example: a policy `return_home`, and no story that expects `late: [return_home]` or one of its messages.
Better: a story in which it happens, and one in which it does not.
When to allow it: rules that are being tried out; it is an information, and silent where there are no stories at all.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from engine.language.diagnostics import Findings
from engine.model.doing import Assign, Command, Escalate, Open, Raise, Send
from engine.model.message import Message
from engine.model.policy import Policy
from engine.model.rulebook import Rulebook
from engine.model.story import StoryStep

LISTED_MAX = 6


def check(rulebook: Rulebook, findings: Findings, today: date | None) -> None:
    """Report, once for each kind, rules that no story names."""
    if not rulebook.stories:
        return
    steps = [step for story in rulebook.stories for step in story.steps]
    told = {name for step in steps for name in _named(step)}
    tasks = {role for step in steps if step.expect is not None for role in step.expect.tasks}
    _report("消息", "messages", [one for one in rulebook.messages.values() if one.name not in told], findings)
    policies = [one for one in rulebook.policies.values() if one.name not in told and not _shows(one, told, tasks)]
    _report("时效", "policies", policies, findings)


def _named(step: StoryStep) -> Iterator[str]:
    yield from (name for name in (step.event, step.acknowledged, step.sent_again) if name)
    if step.expect is not None:
        yield from (sent.message for sent in step.expect.sent if sent.message)
        yield from (*(step.expect.late or ()), *(step.expect.corrected or ()), *(step.expect.opened or ()), *(step.expect.commands or ()))


def _shows(policy: Policy, told: set[str], tasks: set[str]) -> bool:
    """Whether something the policy does stands in a story, a linked case's too; what it raises is seen in the states it leads to."""
    for do in (do for row in policy.timeline for do in row.do):
        match do:
            case Send(message=name) | Escalate(message=str(name)) | Open(workflow=name) | Command(name=name):
                if name in told:
                    return True
            case Assign():
                if do.role in tasks:
                    return True
            case Raise():
                return True
            case _:
                continue
    return not policy.timeline


def _report(zh: str, en: str, untold: Sequence[Message | Policy], findings: Findings) -> None:
    if not untold:
        return
    more = " ……" if len(untold) > LISTED_MAX else ""
    listed = ", ".join(one.name for one in untold[:LISTED_MAX])
    findings.add(
        "W531",
        untold[0].span,
        f"{len(untold)} 条{zh}没有故事讲到:{listed}{more}",
        f"no story tells of {len(untold)} {en}: {listed}{more}",
        fix=("给它们各写一个故事", "write a story for each"),
    )
