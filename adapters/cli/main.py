"""What was asked at the prompt, and which module answers? Modules are imported only for the command that is run.

Exit codes: 0 fine, 1 the rulebook or the answer is not fine, 2 wrong use.
"""

import argparse
import importlib
import io
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from adapters.cli.parser import Parser, add_globals, examples, speaking
from adapters.cli.speech import NotFine, Speech, WrongUse, language_of

INTERRUPTED = 130
TEXT_CHARS_MAX = 400


@dataclass(frozen=True, slots=True)
class Command:
    """A subcommand: the module with `arguments(parser, speech)` and `run(options, speech) -> int`, its purpose, its examples."""

    module: str
    zh: str
    en: str
    examples: tuple[str, ...]


COMMANDS: dict[str, Command] = {
    "init": Command("init", "把自带的规则集抄一份到文件夹里,从它改起", "copy the shipped rulebook into a folder, to start from", ("waybill init my-rules",)),
    "check": Command(
        "check", "检查规则:所有问题一次报完,指到文件、行、列", "check the rules: all problems at once, each with its place",
        ("waybill check", "waybill check my-rules --form concise", "waybill check my-rules --defaults"),
    ),
    "read": Command(
        "read", "把规则读成一句一句的话,不看 YAML 也能审", "read the rules out in sentences, for a review without YAML",
        ("waybill read", "waybill read my-rules -k 提货", "waybill read my-rules/rules/sla.yaml --places"),
    ),
    "diff": Command(
        "diff", "两套规则有什么不同,一句一句说(0 相同,1 不同)", "what differs between two rulebooks, in sentences (0 equal, 1 different)",
        ("waybill diff old-rules my-rules", "waybill diff old-rules my-rules --json"),
    ),
    "test": Command(
        "stories", "演一遍规则里的故事,对不上的逐条列出", "play the stories of the rulebook and list what differs",
        ("waybill test", "waybill test my-rules -k 短信", "waybill test --watch", "waybill test --coverage --mutate --seconds 60", "waybill test my-rules --junit stories.xml"),
    ),
    "story": Command(
        "story", "把一张真实的单写成故事,姓名、电话、地址都换掉", "write a real case as a story, everybody masked",
        ("waybill story pin 261123001", "waybill story pin 261123001 --db var/waybill.db -o rules/stories/lost_parcel.yaml"),
    ),
    "run": Command(
        "daemon", "运行服务:收事件、走流程、盯时效、发消息", "run the service: take events, move cases, watch promises, send messages",
        ("waybill run --rules my-rules", "waybill run --db sqlite:///var/waybill.db --port 8080"),
    ),
    "web": Command(
        "web", "只开控制台网页,不判事件:和别的进程共用一个库", "serve the console alone, beside the daemons that decide",
        ("waybill web --db postgresql://waybill@db.example/waybill --port 8081",),
    ),
    "link": Command(
        "link", "给客户的签名链接:只看这一单的进度,可以提问、投诉", "a signed link for a customer: the course of one case, and a form to ask or complain",
        ("waybill link 261123001", "waybill link 261123001 --days 7"),
    ),
    "user": Command(
        "user", "控制台的账号:添加、列出、改权限、改密码、停用", "accounts of the console: add, list, change, password, disable",
        ("waybill user add 8001 --role admin --label 王经理", "waybill user add 8011 --role agent --area 深圳", "waybill user list", "waybill user disable 8011 --why 离职"),
    ),
    "versions": Command(
        "versions", "看规则的各个版本、等人同意的提案、文件夹里的错", "the versions of the rules, proposals, and what is wrong with newer files",
        ("waybill versions", "waybill versions --db var/waybill.db --json"),
    ),
    "publish": Command(
        "publish", "同意一个提案,让它生效;要另一个人", "agree to a proposal, so that it takes effect; somebody else must",
        ("waybill publish p3 --by 李组长 --why 提货时限改为四小时", "waybill publish --propose my-rules --by 王经理 --why 双十一时限"),
    ),
    "rollback": Command(
        "rollback", "退回以前的一版规则:旧文重新发布", "go back to earlier rules: their text is published again",
        ("waybill rollback previous --by 王经理 --why 短信写错了", "waybill rollback v7 --by 王经理 --why 时限算错了"),
    ),
    "demo": Command("daemon", "演示:虚构的一天,加速播放", "a demonstration: an invented day, played fast", ("waybill demo", "waybill demo --speed 600")),
    "event": Command(
        "event", "报一件发生的事(下单、提货、签收……)", "report that something happened (ordered, picked up, signed ...)",
        ("waybill event shipment order_created source=phone city=深圳", "waybill event shipment picked_up --case 261123001 weight_kg=12.5"),
    ),
    "show": Command("show", "看一张单:状态、字段、时效、待办、经过", "show one case: state, fields, promises, tasks, history", ("waybill show 261123001",)),
    "explain": Command(
        "explain", "为什么会这样、为什么没有那样:指到规则的文件和行", "why it is so, and why not otherwise: file and line of the rule",
        ("waybill explain 261123001", "waybill explain 261123001 --rule pickup_deadline", "waybill explain W504"),
    ),
    "hold": Command(
        "hold", "挂起一张单:什么都不发出,时限照算", "put a case on hold: nothing leaves, its promises count on",
        ('waybill hold 261123001 --why 客户要求先别联系', 'waybill hold 261123001 --why 等总部答复 --until "2026-11-23 15:00" --by 8011'),
    ),
    "resume": Command(
        "hold", "恢复挂起的单:压着的、仍成立的照常做", "take a case off hold: what waited and is still so is done",
        ("waybill resume 261123001 --why 客户同意了 --by 8011",),
    ),
    "send-again": Command(
        "again", "重发一条消息:没收到、号码改好了", "send a message again: it was lost, or the number is mended",
        ("waybill send-again 261123001 dispatch_order --why 司机说没收到 --by 8011", "waybill send-again 261123001 4/1 --why 号码已改正 --after 10", "waybill send-again 261123001 9/1 --undo"),
    ),
    "agenda": Command(
        "agenda", "今后几小时会到期什么,按小时和岗位列出", "what falls due in the next hours, by hour and role", ("waybill agenda --hours 24",),
    ),
    "report": Command(
        "report", "报表:及时提货率、时效达成、投诉、工作量……数一数台账", "reports: on-time pick-up, promises kept, complaints, workload ... counted from the journals",
        ("waybill report", "waybill report pickup --since 2026-11-01 --period week", "waybill report complaints --by cause,area --csv complaints.csv", "waybill report sla --json"),
    ),
    "export": Command(
        "export", "导出台账给流程挖掘工具:XES、OCEL 2.0,个人信息遮盖", "hand the journals to process-mining tools: XES, OCEL 2.0, masked",
        ("waybill export --xes journal.xes.gz", "waybill export --xes tickets.xes --workflow ticket", "waybill export --ocel journal.json"),
    ),
    "shadow": Command(
        "shadow", "试行的规则:本来会发什么、给谁、错了几次", "rules in shadow: what each would have sent, to whom, and how often wrongly",
        ("waybill shadow report", "waybill shadow report --since 2026-11-16 --json"),
    ),
    "tasks": Command(
        "tasks", "待办和电话:列出、领取、办结,写成表、读回来", "tasks and calls: list, claim, finish, out to paper and back",
        ("waybill tasks list --role desk_agent", "waybill tasks list --csv calls.csv", "waybill tasks import calls.csv --by 8011", "waybill tasks claim TASK", "waybill tasks finish TASK --result resolved --note 已联系客户"),
    ),
    "adapters": Command(
        "adapters", "通道怎么样:快慢、错误、回执、费用;暂停、恢复、排空、试发", "how the providers fare: speed, errors, receipts, money; pause, resume, drain, test",
        ("waybill adapters", "waybill adapters sms_main --to 13800000001", "waybill adapters pause sms_main --by 8011 --why 余额不足", "waybill adapters test sms_main --to 13800000001"),
    ),
    "doubts": Command(
        "doubts", "结果不明的发送:列出,查明后记下送到没有", "sendings of unknown outcome: list them, and say what was found out",
        ("waybill doubts list", "waybill doubts not-arrived SENDING --by 8011 --why 服务商说没有下发"),
    ),
    "dead": Command(
        "dead", "死信:判不下去的事件,列出,再试,放弃", "dead events, which could not be decided: list them, try again, leave out",
        ("waybill dead list", "waybill dead retry --all --by 8011 --why 规则已改好"),
    ),
    "suppressions": Command(
        "suppressions", "不发名单:退订的和人工列入的号码", "numbers that get no more messages: list, add, lift",
        ("waybill suppressions list", "waybill suppressions lift 13800000001 --by 8011 --why 客户要求恢复"),
    ),
    "db": Command(
        "db", "把整个库搬进另一个数据库(SQLite 到 PostgreSQL,或反过来)", "carry a whole store into another database (SQLite to PostgreSQL, or back)",
        ("waybill db move var/waybill.db postgresql+psycopg://waybill@db.example/waybill",),
    ),
    "backup": Command(
        "backup", "备份:守护进程开着也行;往文件夹里备份,以后可以回到任一时点", "copy the store while it runs; into a folder: back to any of its points later",
        ("waybill backup waybill-2026-11-22.db", "waybill backup backups/", 'waybill backup backups/ --every "1 min" --keep "7 days"'),
    ),
    "restore": Command(
        "restore", "恢复:先核对,立围栏,发过的不会再发", "bring a backup back, behind a fence: what was sent is not sent again",
        ("waybill restore backups/ --list", 'waybill restore backups/ --at "2026-11-22 14:05" --replace', "waybill restore waybill-2026-11-22.db --db var/waybill.db"),
    ),
    "fence": Command(
        "fence", "恢复之后压着的发送:列出,放行,或记下早就发过", "sendings held since a restore: list them, let them go, or say they were sent",
        ("waybill fence list", "waybill fence send SENDING --by 8011 --why 服务商说没有下发", "waybill fence drop --all --by 8011 --why 对过账单"),
    ),
    "erase": Command(
        "erase", "删除个人信息:谁要求、为什么都留底;裁决一条不变", "erase personal data, with who and why; no decision changes",
        ("waybill erase case 261123001 --by 8011 --why 客户要求删除", "waybill erase value 13800000001 --by 8011 --why 客户要求删除", "waybill erase list"),
    ),
    "keep": Command(
        "keep", "到期的按规则清掉:先数一数,再动手", "let go of what the rules keep no longer: counted first",
        ("waybill keep --dry-run", "waybill keep --apply --by 8011"),
    ),
    "audit": Command(
        "audit", "核对台账有没有被改过、抽掉、截断", "check that no line of the journal was changed, taken out or cut off",
        ("waybill audit verify", "waybill audit anchor -o anchors/2026-11-22.gz", "waybill audit verify --anchor anchors/2026-11-22.gz"),
    ),
    "replay": Command(
        "replay", "用旧的历史走一遍规则,看每张单的结果", "replay old histories under the rules, case by case",
        ("waybill replay orders.jsonl.gz --rules my-rules", "waybill replay a.jsonl b.jsonl --rules my-rules --out result.jsonl --json"),
    ),
    "drill": Command(
        "drill", "演练:同样的历史,服务死掉、重报、乱序、时钟走错,结果还一样吗", "drill old histories with crashes, repeats, disorder and a wrong clock: do they end the same?",
        ('waybill drill orders.jsonl.gz --crash --double 5% --seed 7', 'waybill drill orders.jsonl.gz --rules my-rules --shuffle "10 min" --clock-jump'),
    ),
    "plan": Command(
        "plan", "预演:同样的历史,旧规则和新规则各走一遍,差在哪里", "rehearse recorded cases under the old and the new rules: what would have been different",
        ("waybill plan rules new-rules --history orders.jsonl.gz --days 14", "waybill plan rules new-rules --history orders.jsonl.gz --sample 5% --html plan.html", "waybill plan new-rules --open var/waybill.db"),
    ),
    "history": Command(
        "history", "把记下的事件写成 Parquet,给 plan 看多年的历史", "write recorded events as Parquet, so that plan can look at years",
        ("waybill history write var/waybill.db --to var/history", "waybill history write orders.jsonl.gz --to var/history --by month"),
    ),
    "graph": Command(
        "graph", "画图:一个流程的状态,或谁在何时被告知", "draw the states of a workflow, or who is told when",
        ("waybill graph shipment -o shipment.svg", "waybill graph -o told.svg", "waybill graph shipment --told"),
    ),
    "due": Command(
        "due", "从某时起、多久以后到期:逐日列出怎么算的", "when an amount of working time is used up, told day by day",
        ('waybill due service_desk "2026-11-20 17:30" "2 h"', 'waybill due service_desk "2026-09-30 16:00" "1 business day"'),
    ),
    "calendar": Command(
        "calendar_year", "把新一年的放假安排做成规则文件", "make a rule file of a new year's holidays",
        ("waybill calendar import 2027.csv --notice 国办发明电〔2026〕……号", "waybill calendar import holiday-cn/2027.json --rules my-rules", "waybill calendar import --year 2027"),
    ),
    "schema": Command(
        "schema", "给编辑器用的 JSON Schema:带本项目的名字", "JSON Schemas for editors, with this project's names",
        ("waybill schema my-rules --vscode", "waybill schema my-rules -o my-rules/.schemas --watch"),
    ),
    "lsp": Command(
        "lsp", "编辑器的语言服务:边写边检查、补全、说明", "language server for editors: checks, completes and explains as one writes",
        ("waybill lsp", "waybill lsp --lang en"),
    ),
    "connection": Command(
        "connection", "对接:列出、照报文写一个、试读报文、敲门", "connections: list them, begin one from a report, read a sample, knock",
        ("waybill connection test tms --sample rules/connections/samples/tms_scan.json", "waybill connection new wms --sample report.json --workflow shipment", "waybill connection new --from kuaidi100"),
    ),
}  # fmt: skip


def main(argv: Sequence[str] | None = None) -> int:
    """Read the line, run the command, answer with the exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    _write_what_can_be_written()
    speech = Speech(language_of(words))
    try:
        options = _read(words, speech)
        speech = Speech(speech.lang, getattr(options, "json", False))
        return _run(options, speech)
    except SystemExit as asked:  # argparse: help was shown, or the line was not understood
        return asked.code if isinstance(asked.code, int) else 2
    except (WrongUse, NotFine) as refusal:
        if refusal.zh:
            speech.warn(f"waybill: {refusal.zh}", f"waybill: {refusal.en}")
        return 2 if isinstance(refusal, WrongUse) else 1
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # The reader of our output has gone; there is nobody left to tell.
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  # Python flushes it once more at exit.
        return 0
    except Exception as problem:  # The one boundary: a person at a prompt gets a sentence, not a traceback.
        if os.environ.get("WAYBILL_DEBUG") == "1":
            raise
        return _unforeseen(problem, speech)


def _write_what_can_be_written() -> None:
    """A console that cannot show a sign shows a mark in its place, and nothing breaks off."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _read(words: list[str], speech: Speech) -> argparse.Namespace:
    chosen = next((word for word in _without_values(words) if not word.startswith("-")), None)
    parser = speaking(speech)(
        prog="waybill", description=speech.of("waybill:客服与调度的规则流程服务", "waybill: workflows of a logistics desk, driven by rules")
    )
    add_globals(parser, speech)
    parser.add_argument("--version", action="store_true", help=speech.of("显示版本", "show the version"))
    if chosen is not None and chosen not in COMMANDS:
        near = get_close_matches(chosen, COMMANDS, n=1)
        parser.error(
            speech.of(f"没有命令“{chosen}”", f"no command {chosen!r}")
            + (speech.of(f",是不是想写 {near[0]}?", f"; did you mean {near[0]}?") if near else "")
        )
    subparsers = parser.add_subparsers(dest="command", metavar=speech.of("命令", "COMMAND"), title=speech.of("命令", "commands"))
    for name, command in COMMANDS.items():
        own = subparsers.add_parser(
            name,
            help=speech.of(command.zh, command.en),
            description=speech.of(command.zh, command.en),
            epilog=examples(speech, command.examples),
        )
        add_globals(own, speech)
        if name == chosen:
            module = importlib.import_module(f"adapters.cli.{command.module}")
            module.arguments(own, speech)
    options, left = parser.parse_known_args(words)
    _give_back(parser, options, left)
    if options.command is None and not options.version:
        parser.print_help(sys.stderr)
        sys.exit(2)
    return options


def _give_back(parser: argparse.ArgumentParser, options: argparse.Namespace, left: list[str]) -> None:
    """Words of a list that stand behind an option: argparse ends a list at the first option and leaves the rest over."""
    name = next((one for one in ("fields", "files") if hasattr(options, one)), None)
    stray = [word for word in left if name is None or word.startswith("-")]
    if stray:
        parser.error(f"unrecognized arguments: {' '.join(stray)}")
    if name is not None:
        getattr(options, name).extend(left)


def _without_values(words: Sequence[str]) -> list[str]:
    """The words, less the value of `--lang`: what is left and is no option may be the command."""
    return [word for place, word in enumerate(words) if place == 0 or words[place - 1] != "--lang"]


def _run(options: argparse.Namespace, speech: Speech) -> int:
    if options.version:
        print(own_version())
        return 0
    module = importlib.import_module(f"adapters.cli.{COMMANDS[options.command].module}")
    return int(module.run(options, speech))


def own_version() -> str:
    """The version of this installation."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("waybill")
    except PackageNotFoundError:  # Run from a checkout that was never installed.
        return "0+checkout"


def _unforeseen(problem: Exception, speech: Speech) -> int:
    """RulesProblem, Unreadable and their like bring their own words; of any other its type and text are told on one line."""
    zh, en = getattr(problem, "zh", None), getattr(problem, "en", None)
    if isinstance(zh, str) and isinstance(en, str):
        speech.warn(f"waybill: {zh}", f"waybill: {en}")
        return 2
    text = " ".join(f"{type(problem).__name__}: {problem}".split())[:TEXT_CHARS_MAX]
    speech.warn(f"waybill: 出错了:{text}(WAYBILL_DEBUG=1 看细节)", f"waybill: something went wrong: {text} (WAYBILL_DEBUG=1 tells more)")
    return 1


__all__ = ["COMMANDS", "Command", "Parser", "main"]

if __name__ == "__main__":
    sys.exit(main())
