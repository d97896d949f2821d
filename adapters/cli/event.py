"""Something happened: may a person report it from here? Accepted means durable; a running daemon acts on it."""

import argparse

from adapters.cli.desk import answer_shape, opened, who
from adapters.cli.fields import read_fields
from adapters.cli.options import add_by_option, add_desk_options
from adapters.cli.rules import workflow_named
from adapters.cli.speech import Speech
from adapters.cli.times import read_time
from engine.service.desk import Answer, Incoming, Said

SAYS = {
    Said.ACCEPTED: ("已收下", "accepted"),
    Said.DUPLICATE: ("已经报过", "already reported"),
    Said.PARKED: ("找不到单,先留 7 天", "no such case yet: kept for 7 days"),
    Said.CONFLICT: ("同一编号报过别的内容,没有采用", "the same id was reported with other contents; not used"),
    Said.REFUSED: ("没有收下", "refused"),
}


def arguments(parser: argparse.ArgumentParser, speech: Speech) -> None:
    """`event WORKFLOW EVENT field=value ...`."""
    parser.add_argument("workflow", metavar="WORKFLOW", help=speech.of("流程名", "the workflow's name"))
    parser.add_argument("event", metavar="EVENT", help=speech.of("事件名", "the event's name"))
    parser.add_argument("fields", metavar="FIELD=VALUE", nargs="*", help=speech.of("字段=值,可以写几个", "field=value, any number"))
    parser.add_argument(
        "--case",
        metavar="CASE",
        help=speech.of("哪张单:单号或任何一个名字(新建时不写)", "which case: its id or any of its names (none when it opens one)"),
    )
    parser.add_argument("--at", metavar="TIME", help=speech.of("什么时候发生的(默认现在)", "when it happened (default: now)"))
    parser.add_argument(
        "--id", metavar="ID", help=speech.of("事件自己的编号:同一编号只收一次", "the event's own id: the same id is taken once")
    )
    add_by_option(parser, speech)
    add_desk_options(parser, speech)


def run(options: argparse.Namespace, speech: Speech) -> int:
    """Hand it in; 1 if it was refused or is in conflict."""
    with opened(options, speech, must_exist=False) as desk:
        workflow = workflow_named(desk.rulebook, options.workflow)
        event = next((name for name, one in workflow.events.items() if options.event in (name, one.label)), options.event)
        by = who(options)
        incoming = Incoming(
            source=f"hand/{by}", id=options.id, workflow=workflow.name, event=event,
            occurred_at=read_time(options.at, desk.rulebook.timezone) if options.at else None, case=options.case,
            data=read_fields(options.fields, workflow), extra={"by": by}, by_person=True,
        )  # fmt: skip
        answer = desk.desk.accept([incoming])[0]
    _tell(answer, speech)
    return 1 if answer.said in (Said.REFUSED, Said.CONFLICT) else 0


def _tell(answer: Answer, speech: Speech) -> None:
    case = f"  {answer.case_id}" if answer.case_id else ""
    new = speech.of("(新单)", " (new case)") if answer.opened else ""
    zh, en = SAYS[answer.said]
    speech.say(f"{zh}{case}{new}", f"{en}{case}{new}")
    for problem in answer.problems:
        speech.say(f"  {problem.zh}", f"  {problem.en}")
    speech.data(answer_shape(answer, speech))
