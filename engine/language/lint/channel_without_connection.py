"""Does every channel lead into the world?

channel-without-connection (W575)

What it finds: a channel of a message or chain step that no connection carries, while another channel is carried.
Why it matters: what goes there is only recorded: everybody believes that it was sent.
Example: `channel: wechat_work` while only `sms` has a connection.
Better: a connection with `carries: wechat_work`; `type: recorder` says that recording is meant.
When to allow it: never; say `type: recorder`. `phone` without a connection is the call list and is not reported, nor is a rulebook without any provider.
"""

from collections.abc import Iterator
from datetime import date

from engine.language.diagnostics import Findings
from engine.model.rulebook import Rulebook
from engine.model.span import Span


def check(rulebook: Rulebook, findings: Findings, today: date | None) -> None:
    """Report channels that lead nowhere, each at its first use."""
    carried = {one.carries for one in rulebook.connections.values() if one.carries is not None}
    told = {*carried, "phone"}
    for channel, span in _used(rulebook) if carried else ():
        if channel not in told:
            told.add(channel)
            fix = (f"加一个 carries: {channel} 的对接", f"add a connection that carries {channel}")
            findings.add("W575", span, f"渠道“{channel}”没有对接,只会记录,不会发出", f"no connection carries “{channel}”", fix=fix)


def _used(rulebook: Rulebook) -> Iterator[tuple[str, Span]]:
    for message in rulebook.messages.values():
        yield message.channel, message.span
        if message.fallback is not None:
            yield message.fallback.channel, message.fallback.span
    for chain in rulebook.chains.values():
        yield from ((channel, step.span) for step in chain.steps for channel in step.channels)
