"""How is a workflow read out? Its fields, events, main line, states, every row of every state, and the customer's page."""

from collections.abc import Iterator

from engine.model.values import FieldType
from engine.model.workflow import BACK, Field, RunningCases, State, Transition, Workflow
from engine.reports.sentences_customer import customer_sentences
from engine.reports.sentences_words import Paragraph, Sentence, Tongue

_TYPES = {
    FieldType.TEXT: ("文字", "a text"), FieldType.NUMBER: ("数字", "a number"), FieldType.MONEY: ("金额", "an amount of money"),
    FieldType.PHONE: ("电话号码", "a phone number"), FieldType.TIME: ("日期和时间", "a date and time"), FieldType.DATE: ("日期", "a date"),
    FieldType.CHOICE: ("选项", "a choice"), FieldType.YES_NO: ("是或否", "yes or no"), FieldType.SERIAL: ("开单时给的流水号", "a serial number given at the opening"),
    FieldType.COUNT: ("自动累计的次数", "a count kept by itself"),
}  # fmt: skip
_RUNNING = {
    RunningCases.KEEP: ("一直用开单时的版本", "keep the version they began with"),
    RunningCases.ADOPT: ("立即改用新版本", "adopt a new version at once"),
    RunningCases.ADOPT_AT_NEXT_STATE: ("进入下一个状态时改用新版本", "adopt a new version on entering their next state"),
}


def workflow_paragraph(tongue: Tongue, workflow: Workflow) -> Paragraph:
    """Everything the workflow says."""
    return Paragraph(
        kind="workflow", name=workflow.name, label=workflow.label, sentences=tuple(_sentences(tongue, workflow)), span=workflow.span
    )


def _sentences(tongue: Tongue, workflow: Workflow) -> Iterator[Sentence]:
    def fields(names: tuple[str, ...]) -> str:
        return tongue.names("field", names, workflow.name)

    opens = tongue.names("event", workflow.start_events, workflow.name, either=True)
    start = tongue.name("state", workflow.start_state, workflow.name)
    yield tongue.sentence(
        "start", ("开单:", "opened: "), tongue.of(f"遇到{opens},从{start}开始", f"by {opens}, beginning in {start}"), workflow.span
    )
    yield tongue.sentence("identified_by", ("按这些号码找单:", "found by: "), fields(workflow.identified_by), workflow.span)
    if workflow.one_open_per:
        same = fields(workflow.one_open_per)
        says = tongue.of(
            f"{same}都相同的单只开一张,再开就算{tongue.name('event', 'opened_again', workflow.name)}",
            f"only one open case per {same}; a second opening is “opened_again”",
        )
        yield tongue.sentence("one_open_per", ("不重复:", "no doubles: "), says, workflow.span)
    yield tongue.sentence(
        "running_cases",
        ("规则改了,开着的单:", "when rules change, open cases: "),
        tongue.of(*_RUNNING[workflow.running_cases]),
        workflow.span,
    )
    for field in workflow.fields.values():
        yield tongue.sentence(
            f"field/{tongue.lexicon.now('field', field.name, workflow.name)}",
            ("字段 ", "field "),
            _field(tongue, field, workflow),
            field.span,
        )
    for event in workflow.events.values():
        yield tongue.sentence(f"event/{event.name}", ("事件 ", "event "), tongue.own(event.name, event.label), event.span)
    for place, milestone in enumerate(workflow.milestones, start=1):
        says = tongue.name("state", milestone.state, workflow.name)
        if milestone.events:
            happens = tongue.names("event", milestone.events, workflow.name, either=True)
            says += tongue.of(f",遇到{happens}就到", f", reached by {happens}")
        yield tongue.sentence("milestone", (f"主线第 {place} 节:", f"main line, step {place}: "), says, milestone.span)
    for state in workflow.states.values():
        yield from _state(tongue, state, workflow)
    for row in workflow.from_any_state:
        happens = tongue.name("event", row.event, workflow.name)
        topic = (f"在任何未结束的状态遇到{happens}:", f"in any state that is not final, on {happens}: ")
        yield tongue.sentence(f"any/{row.event}", topic, _row(tongue, row, workflow), row.span)
    if workflow.customer is not None:
        yield from customer_sentences(tongue, workflow, workflow.customer)


def _field(tongue: Tongue, field: Field, workflow: Workflow) -> str:
    said = [tongue.of(*_TYPES[field.type])]
    if field.choices:
        said.append(tongue.of("可选:", "one of: ") + tongue.of("、", " / ").join(field.choices))
    if field.max is not None:
        letters = field.type in (FieldType.TEXT, FieldType.SERIAL)
        said.append(
            tongue.of(f"最多 {field.max:f}" + (" 个字" if letters else ""), f"at most {field.max:f}" + (" characters" if letters else ""))
        )
    if field.pattern is not None:
        said.append(tongue.of(f"写法 {field.pattern}", f"written {field.pattern}"))
    if field.of is not None:
        said.append(
            tongue.of(f"数的是{tongue.name('event', field.of, workflow.name)}", f"of {tongue.name('event', field.of, workflow.name)}")
        )
    if field.private:
        said.append(tongue.of("个人信息,处处遮住", "personal, masked everywhere"))
    if field.optional:
        said.append(tongue.of("可以空着", "may stay blank"))
    return tongue.own(field.name, field.label) + tongue.of(":", ": ") + tongue.of(",", ", ").join(said)


def _state(tongue: Tongue, state: State, workflow: Workflow) -> Iterator[Sentence]:
    said = [tongue.own(state.name, state.label)]
    if state.final:
        said.append(tongue.of("到此结束", "the case ends here"))
    if state.ignores_scans:
        said.append(tongue.of("主线的扫描在这里只补记", "scans of the main line are only recorded here"))
    if state.no_deadline is not None:
        said.append(
            tongue.of(f"不设时限,因为{tongue.quoted(state.no_deadline)}", f"needs no deadline, because {tongue.quoted(state.no_deadline)}")
        )
    now = tongue.lexicon.now("state", state.name, workflow.name)
    yield tongue.sentence(f"state/{now}", ("状态 ", "state "), tongue.of(",", ", ").join(said), state.span)
    here = tongue.name("state", state.name, workflow.name)
    for row in state.transitions:
        happens = tongue.name("event", row.event, workflow.name)
        topic = (f"在{here}遇到{happens}:", f"in {here}, on {happens}: ")
        yield tongue.sentence(f"state/{now}/{row.event}", topic, _row(tongue, row, workflow), row.span)


def _row(tongue: Tongue, row: Transition, workflow: Workflow) -> str:
    said = []
    if row.condition is not None:
        said.append(
            tongue.of(f"如果{tongue.condition(row.condition, workflow.name)}", f"if {tongue.condition(row.condition, workflow.name)}")
        )
    if row.to is None:
        said.append(tongue.of("状态不变", "the state stays"))
    elif row.to == BACK:
        said.append(tongue.of("回到原来的状态", "back to the state before"))
    else:
        said.append(tongue.of("转到", "to ") + tongue.name("state", row.to, workflow.name))
    if row.do:
        said.append(tongue.doing(row.do, workflow.name))
    return tongue.of(",", ", ").join(said[:-1] if row.do else said) + (tongue.of(";", "; ") + said[-1] if row.do else "")
