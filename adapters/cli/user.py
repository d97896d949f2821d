"""Who may use the console? `user add | list | change | password | disable | enable`: the first administrator is made here."""

import argparse
import getpass
import os
import sys
from dataclasses import replace

from adapters.cli.desk import opened, who
from adapters.cli.options import add_by_option, add_desk_options
from adapters.cli.parser import add_globals
from adapters.cli.speech import NotFine, Speech, WrongUse
from adapters.settings import SettingProblem, read_secret
from adapters.web.console.accounts import clean_name, last_admin_goes
from adapters.web.console.sign_in import password_hash, password_problem
from adapters.wiring.opening import Opened
from engine.model.plain import plain
from engine.ports.staff import Access, User
from engine.ports.trail import Deed

PASSWORD = "WAYBILL_PASSWORD"  # noqa: S105  # The name of a variable, not its value.


def arguments(parser: argparse.ArgumentParser, speech: Speech) -> None:
    """`user add NAME --role ROLE`, `user list`, `user change | password | disable | enable NAME`."""
    deeds = parser.add_subparsers(dest="deed", required=True, metavar="add | list | change | password | disable | enable")
    told = {
        "add": ("添加账号", "a new account"), "list": ("列出账号", "list the accounts"), "change": ("改权限、地区、岗位", "change what it may do"),
        "password": ("设新密码,并退出所有登录", "a new password; ends all its sessions"), "disable": ("停用,并退出所有登录", "no more signing in; ends all its sessions"),
        "enable": ("恢复使用", "may sign in again"),
    }  # fmt: skip
    for deed, (zh, en) in told.items():
        one = deeds.add_parser(deed, help=speech.of(zh, en))
        if deed != "list":
            one.add_argument("name", metavar="NAME", help=speech.of("工号或用户名", "user name"))
            add_by_option(one, speech)
            one.add_argument("--why", default="", metavar="TEXT", help=speech.of("为什么(记入审计)", "why (kept in the audit)"))
        if deed in ("add", "change"):
            _add_rights(one, speech, required=deed == "add")
        if deed in ("add", "password"):
            one.add_argument(
                "--password-from", metavar="env:NAME|file:PATH",
                help=speech.of(f"密码从哪里读(默认 {PASSWORD},再是当场输入)", f"where the password stands (default: {PASSWORD}, then a prompt)"),
            )  # fmt: skip
        add_desk_options(one, speech)
        add_globals(one, speech)


def _add_rights(parser: argparse.ArgumentParser, speech: Speech, *, required: bool) -> None:
    parser.add_argument(
        "--role", required=required, choices=[one.value for one in Access], help=speech.of("权限", "what this person may do")
    )
    parser.add_argument("--label", metavar="TEXT", help=speech.of("姓名或称呼", "the person's name"))
    parser.add_argument(
        "--area",
        action="append",
        metavar="AREA",
        help=speech.of("只看这个地区(可多次;all 为全部)", "only this area (again for more; all: every one)"),
    )
    parser.add_argument(
        "--works-as", action="append", metavar="ROLE", help=speech.of("做哪个岗位的待办(可多次;all 为全部)", "works on the tasks of this role (again for more; all: every one)")
    )  # fmt: skip


def run(options: argparse.Namespace, speech: Speech) -> int:
    """The deed that was asked for; 1 if it was not done."""
    with opened(options, speech) as desk:
        if options.deed == "list":
            return _list(desk, speech)
        name = clean_name(options.name)
        if not name:
            raise WrongUse(
                "工号不能为空、不能有空格和 / ? # %,最多 60 字", "a user name has 1 to 60 characters, no blanks and none of / ? # %"
            )
        user = _add(desk, options, name, speech) if options.deed == "add" else _change(desk, options, name, speech)
        _deed(desk, options, user)
    speech.data(_data(user))
    speech.say(f"{name}:好了", f"{name}: done")
    return 0


def _add(desk: Opened, options: argparse.Namespace, name: str, speech: Speech) -> User:
    if desk.stores.staff.user(name) is not None:
        raise NotFine(f"已有账号“{name}”;要改用 waybill user change", f"the account {name!r} exists; use waybill user change")
    user = _with_rights(User(name=name, access=Access(options.role), created_at=desk.desk.now()), options, desk, speech)
    user = replace(user, password=_new_password(options, name, speech))
    if not desk.stores.staff.add(user):
        raise NotFine(f"已有账号“{name}”", f"the account {name!r} exists")
    return user


def _change(desk: Opened, options: argparse.Namespace, name: str, speech: Speech) -> User:
    staff = desk.stores.staff
    user = staff.user(name)
    if user is None:
        raise NotFine(f"没有账号“{name}”;waybill user list 看有哪些", f"no account {name!r}; see waybill user list")
    match options.deed:
        case "change":
            user = _with_rights(user, options, desk, speech)
        case "password":
            user = replace(user, password=_new_password(options, name, speech))
        case _:
            user = replace(user, disabled=options.deed == "disable")
    if last_admin_goes(staff, user):
        raise NotFine("这是最后一个管理员,不能停用或降级", "this is the last administrator: it must stay one")
    staff.change(user)
    if options.deed in ("password", "disable"):
        staff.end(user=name)
    return user


def _with_rights(user: User, options: argparse.Namespace, desk: Opened, speech: Speech) -> User:
    unknown = [one for one in options.works_as or () if one != "all" and one not in desk.rulebook.contacts.roles]
    if unknown:
        known = "、".join(desk.rulebook.contacts.roles)
        raise WrongUse(f"没有岗位“{unknown[0]}”,有:{known}", f"no role {unknown[0]!r}; known: {known}")
    return replace(
        user,
        access=Access(options.role) if options.role else user.access,
        label=plain(options.label).strip() if options.label is not None else user.label,
        areas=_several(options.area, user.areas),
        roles=_several(options.works_as, user.roles),
    )


def _several(given: list[str] | None, before: tuple[str, ...]) -> tuple[str, ...]:
    if given is None:
        return before
    return () if "all" in given else tuple(dict.fromkeys(given))


def _new_password(options: argparse.Namespace, name: str, speech: Speech) -> str:
    """Hashed. Never from the command line: others on the machine can read that."""
    if options.password_from:
        try:
            password = read_secret(options.password_from)
        except SettingProblem as missing:
            raise WrongUse(f"读不到密码:{missing}", f"the password cannot be read: {missing}") from None
    elif os.environ.get(PASSWORD):
        password = os.environ[PASSWORD]
    elif sys.stdin.isatty():
        password = getpass.getpass(speech.of("新密码:", "New password: "))
        if getpass.getpass(speech.of("再输一次:", "Once more: ")) != password:
            raise NotFine("两次输入不一样", "the two are not the same")
    else:
        raise WrongUse(f"没有终端可输密码:用 --password-from 或 {PASSWORD}", f"no terminal to ask at: use --password-from or {PASSWORD}")
    problem = password_problem(password, name)
    if problem is not None:
        raise NotFine(*problem)
    return password_hash(password)


def _deed(desk: Opened, options: argparse.Namespace, user: User) -> None:
    detail = f"{user.access.value} areas={','.join(user.areas) or 'all'} roles={','.join(user.roles) or 'all'}"
    deed = Deed(
        at=desk.desk.now(),
        who=who(options),
        what=f"user.{options.deed}",
        about=user.name,
        why=plain(options.why),
        detail=detail,
        address="cli",
    )
    desk.stores.trail.write(deed)


def _list(desk: Opened, speech: Speech) -> int:
    users = desk.stores.staff.users()
    if users:
        head = speech.of("工号 姓名 权限 地区 岗位 状态", "name label access areas roles state").split()
        speech.table(head, [_row(one, speech) for one in users])
    else:
        speech.say("还没有账号:waybill user add NAME --role admin", "no accounts yet: waybill user add NAME --role admin")
    speech.data([_data(one) for one in users])
    return 0


def _row(user: User, speech: Speech) -> tuple[str, ...]:
    state = speech.of("停用", "disabled") if user.disabled else speech.of("可用", "active")
    everything = speech.of("全部", "all")
    return (user.name, user.label, user.access.value, "、".join(user.areas) or everything, "、".join(user.roles) or everything, state)


def _data(user: User) -> dict[str, object]:
    return {
        "name": user.name, "label": user.label, "access": user.access.value, "areas": list(user.areas), "roles": list(user.roles),
        "disabled": user.disabled,
    }  # fmt: skip
