"""How is the customer's page read out? How long a link opens it, what it tells and in which words, what can be asked there."""

from collections.abc import Iterator

from engine.model.customer import CustomerPage, CustomerTicket
from engine.model.workflow import Workflow
from engine.reports.sentences_words import Sentence, Tongue


def customer_sentences(tongue: Tongue, workflow: Workflow, page: CustomerPage) -> Iterator[Sentence]:
    """Everything the `customer:` of a workflow says (R104)."""
    whole = page.spans.get("", workflow.span)
    valid = tongue.of(f"{page.valid_days} 天内能打开", f"opens the page for {page.valid_days} day{'s' if page.valid_days != 1 else ''}")
    yield tongue.sentence("customer/valid", ("客户页的链接:", "a customer's link: "), valid, page.spans.get("valid", whole))
    if page.promises:
        yield tongue.sentence(
            "customer/promises",
            ("客户看得到的时效:", "promises a customer sees: "),
            tongue.names("policy", page.promises),
            page.spans.get("promises", whole),
        )
    course = tongue.names("event", page.events, workflow.name) or tongue.of("开单和主线上的事件", "what opens a case, and the main line")
    yield tongue.sentence("customer/events", ("客户看得到的经过:", "the course a customer sees: "), course, page.spans.get("events", whole))
    for name in dict.fromkeys((*page.says, *page.says_en)):
        said = [
            tongue.of(zh, en) + tongue.quoted(words[name])
            for words, zh, en in ((page.says, "", "Chinese "), (page.says_en, "英文", "English "))
            if name in words
        ]
        span = page.spans.get(f"says/{name}") or page.spans.get(f"says_en/{name}", whole)
        what, key = _what(tongue, workflow, page, name)
        topic = (f"对客户,{what}说成:", f"in words for customers, {what}: ")
        yield tongue.sentence(f"customer/says/{key}", topic, tongue.of(",", ", ").join(said), span)
    if page.ticket is not None:
        yield from _form(tongue, workflow, page.ticket)


def _what(tongue: Tongue, workflow: Workflow, page: CustomerPage, name: str) -> tuple[str, str]:
    """All that bear the name, for the word is for each of them, and the name it has now; what nothing bears is a choice of the form."""
    form = page.ticket.workflow if page.ticket is not None else ""
    said, now = [], name
    for kind, zh, en, within in (
        ("state", "状态", "the state ", workflow.name), ("event", "事件", "the event ", workflow.name), ("policy", "时效", "the policy ", ""),
        ("field", "表单里的", "the field ", form),
    ):  # fmt: skip
        if tongue.lexicon.known(kind, name, within):
            said.append(tongue.of(zh, en) + tongue.name(kind, name, within))
            now = tongue.lexicon.now(kind, now, within)
    return tongue.of("和", " and ").join(said) or tongue.of(f"选项{tongue.quoted(name)}", f"the choice {tongue.quoted(name)}"), now


def _form(tongue: Tongue, workflow: Workflow, ticket: CustomerTicket) -> Iterator[Sentence]:
    whole, opened = ticket.spans.get("", workflow.span), tongue.name("workflow", ticket.workflow)
    happens = tongue.name("event", ticket.event, ticket.workflow)
    opens = tongue.of(f"开一张{opened},事件是{happens}", f"opens a {opened} by {happens}")
    yield tongue.sentence("customer/opens", ("客户提交表单:", "a form a customer sends "), opens, whole)
    for key, names, topic in (
        ("fields", ticket.fields, ("客户必须填:", "a customer must fill in ")),
        ("optional", ticket.optional, ("客户可以不填:", "a customer may leave blank ")),
    ):
        if names:
            yield tongue.sentence(f"customer/{key}", topic, tongue.names("field", names, ticket.workflow), ticket.spans.get(key, whole))
    for name, text in sorted(ticket.fill.items()):
        filled, now = tongue.name("field", name, ticket.workflow), tongue.lexicon.now("field", name, ticket.workflow)
        yield tongue.sentence(
            f"customer/with/{now}", (f"替客户填上{filled}:", f"filled in for the customer, {filled}: "), tongue.quoted(text),
            ticket.spans.get(f"with/{name}", whole),
        )  # fmt: skip
