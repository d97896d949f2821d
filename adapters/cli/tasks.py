"""What is there for people to do, who does it, and what came of it?"""

import argparse

from adapters.cli.desk import opened, the_case, who, why_of
from adapters.cli.fields import read_fields
from adapters.cli.options import add_by_option, add_list_options
from adapters.cli.speech import NotFine, Speech, WrongUse
from adapters.cli.tasks_paper import write_paper
from adapters.cli.tasks_read import read_paper, take, tell
from adapters.wiring.opening import Opened
from engine.model.masks import mask_text
from engine.ports.worklist import Task
from engine.service.hands import CALL_RESULTS

ORDER = ("open", "claimed", "done", "withdrawn")


def arguments(parser: argparse.ArgumentParser, speech: Speech) -> None:
    """`tasks list | claim TASK | finish TASK | import FILE`."""
    deeds = parser.add_subparsers(dest="deed", required=True, metavar="list | claim | finish | import")
    listing = deeds.add_parser("list", help=speech.of("列出待办和电话", "list tasks and calls"))
    listing.add_argument("--role", metavar="ROLE", help=speech.of("只列这个岗位的", "only of this role"))
    listing.add_argument("--case", metavar="CASE", help=speech.of("只列这张单的", "only of this case"))
    listing.add_argument("--all", action="store_true", help=speech.of("办完的、撤回的也列", "finished and withdrawn ones, too"))
    claim = deeds.add_parser("claim", help=speech.of("领取,十分钟内归你", "hold a task for ten minutes"))
    finish = deeds.add_parser("finish", help=speech.of("办结:选一项结果,或写跟踪记录", "finish: choose a result, or leave a note"))
    for one in (claim, finish):
        one.add_argument("task", metavar="TASK", help=speech.of("待办编号(tasks list 里有)", "the task's id, as tasks list shows it"))
        add_by_option(one, speech)
    finish.add_argument(
        "--result",
        default="",
        metavar="EVENT",
        help=speech.of(f"结果事件;电话:{'、'.join(CALL_RESULTS)}", f"the event; for a call: {', '.join(CALL_RESULTS)}"),
    )
    finish.add_argument("--note", default="", help=speech.of("跟踪记录", "a tracking note"))
    finish.add_argument("fields", metavar="FIELD=VALUE", nargs="*", help=speech.of("结果要填的字段", "fields the result asks for"))
    _paper_arguments(listing, speech)
    back = deeds.add_parser("import", help=speech.of("读回填好的表:每行办结一项", "read a filled-in sheet: each row finishes a task"))
    back.add_argument("file", metavar="FILE", help=speech.of("tasks list --csv 写出、填好的表", "what tasks list --csv wrote, filled in"))
    add_by_option(back, speech)
    for one in (listing, claim, finish, back):
        add_list_options(one, speech)


def _paper_arguments(listing: argparse.ArgumentParser, speech: Speech) -> None:
    listing.add_argument(
        "--csv", metavar="FILE", help=speech.of("写成表,打印出来照着打电话;号码遮住", "as a sheet to dial from; numbers are masked")
    )
    listing.add_argument(
        "--full-numbers",
        action="store_true",
        help=speech.of("表里写全号码和全文,写上 --why,记入审计", "numbers and scripts in full; needs --why, and is in the audit"),
    )
    listing.add_argument("--why", metavar="TEXT", help=speech.of("为什么要全号码", "why in full"))
    add_by_option(listing, speech)


def run(options: argparse.Namespace, speech: Speech) -> int:
    """The deed that was asked for."""
    with opened(options, speech) as desk:
        match options.deed:
            case "list":
                return _list(desk, options, speech)
            case "claim":
                return _claim(desk, options, speech)
            case "import":
                rows, by = read_paper(options.file), who(options)
                return tell([take(desk, row, by) for row in rows], speech)
            case _:
                return _finish(desk, options, speech)


def _list(desk: Opened, options: argparse.Namespace, speech: Speech) -> int:
    if options.role and options.role not in desk.rulebook.contacts.roles:
        known = "、".join(desk.rulebook.contacts.roles)
        raise WrongUse(f"没有岗位“{options.role}”,有:{known}", f"no role {options.role!r}; known: {known}")
    case = the_case(desk, options.case).id if options.case else None
    if options.csv or options.full_numbers:
        return _on_paper(desk, case, options, speech)
    tasks = sorted(
        desk.desk.tasks(role=options.role, case=case, all_states=options.all),
        key=lambda one: (ORDER.index(one.status.value), one.created_at),
    )
    if tasks:
        zone = desk.rulebook.timezone
        head = (
            ("编号", "岗位", "类", "状态", "自", "做什么", "可选结果")
            if speech.lang == "zh"
            else ("id", "role", "kind", "status", "since", "what", "results")
        )
        speech.table(head, [_row(one, zone, speech) for one in tasks])
    else:
        speech.say("没有待办", "nothing to do")
    speech.data([_data(one) for one in tasks])
    return 0


def _on_paper(desk: Opened, case: str | None, options: argparse.Namespace, speech: Speech) -> int:
    if not options.csv:
        raise WrongUse("--full-numbers 要和 --csv 一起写", "--full-numbers goes with --csv")
    full = (who(options), why_of(options, "为什么要全号码")) if options.full_numbers else None
    count = write_paper(desk, options.role, case, options.csv, speech, full=full)
    speech.say(f"已写到 {options.csv}({count} 行)", f"written to {options.csv} ({count} rows)")
    speech.data({"file": options.csv, "rows": count})
    return 0


def _row(task: Task, zone: str, speech: Speech) -> tuple[str, ...]:
    status = {"open": ("待办", "open"), "claimed": ("已领", "claimed"), "done": ("办结", "done"), "withdrawn": ("撤回", "withdrawn")}
    kind = {"task": ("待办", "task"), "call": ("电话", "call")}.get(task.kind, (task.kind, task.kind))
    held = f" {task.claimed_by}" if task.status.value == "claimed" else f" {task.result}" if task.result else ""
    options = "/".join(task.asks or (CALL_RESULTS if task.kind == "call" else ()))
    return (
        task.id,
        task.role,
        speech.of(*kind),
        speech.of(*status[task.status.value]) + held,
        speech.time(task.created_at, zone),
        _what(task),
        options,
    )


def _what(task: Task) -> str:
    """On a list. A call's script is personal: it is shown to whoever claims it."""
    text = task.remark if task.kind == "call" else f"{task.remark} {task.text}"
    return " ".join(mask_text(text).split())[:60]


def _data(task: Task) -> dict[str, object]:
    return {
        "id": task.id,
        "case": task.case,
        "kind": task.kind,
        "role": task.role,
        "status": task.status.value,
        "text": None if task.kind == "call" else mask_text(task.text),
        "asks": list(task.asks),
        "created_at": task.created_at.isoformat(),
        "claimed_by": task.claimed_by,
        "result": task.result,
        "note": task.note,
        "withdrawn_why": task.withdrawn_why,
    }


def _claim(desk: Opened, options: argparse.Namespace, speech: Speech) -> int:
    task = desk.desk.claim(options.task, who(options))
    if task is None:
        raise NotFine(
            f"领不到“{options.task}”:没有这项,或别人正在办,或已经办完",
            f"cannot claim {options.task}: unknown, held by somebody else, or finished",
        )
    until = speech.time(task.claim_until, desk.rulebook.timezone)
    # Claiming is a named act: script and number are shown in full to the one who answers for it.
    full = " ".join(f"{task.address} {task.remark} {task.text}".split()) if task.kind == "call" else _what(task)
    speech.say(f"已领,{until} 前归你:{full}", f"yours until {until}: {full}")
    speech.data(_data(task) | {"text": task.text, "address": task.address})
    return 0


def _finish(desk: Opened, options: argparse.Namespace, speech: Speech) -> int:
    task = desk.stores.worklist.get(options.task)
    workflow = desk.rulebook.workflows.get(task.workflow) if task else None
    data = read_fields(options.fields, workflow)
    done = desk.desk.finish(options.task, who(options), result=options.result, note=options.note, data=data)
    speech.data(
        {
            "said": done.said,
            "task": _data(done.task) if done.task else None,
            "problems": [{"field": one.field, "message": speech.of(one.zh, one.en)} for one in done.problems],
        }
    )
    if done.said == "finished":
        speech.say("已办结", "finished")
        return 0
    if done.said == "already" and done.task is not None:
        speech.say(f"早已办结:{done.task.result or done.task.note}", f"was finished before: {done.task.result or done.task.note}")
    for one in done.problems:
        speech.say(one.zh, one.en)
    return 1
