"""Who may use the console, and what may each do? For administrators; everybody may change the own password."""

from dataclasses import replace

from starlette.responses import Response

from adapters.web.console.accounts import LABEL_CHARS_MAX, clean_name, differences, last_admin_goes
from adapters.web.console.sign_in import password_hash, password_problem, proven
from adapters.web.console.visit import Page, Trouble, Visit
from engine.model.plain import plain
from engine.ports.staff import Access, User


def listed(visit: Visit) -> Response:
    """Every account, and a form for a new one."""
    return _list(visit)


def add(visit: Visit) -> Response:
    """A new account."""
    name, password = clean_name(visit.text("name", 100)), str(visit.form.get("password", ""))
    problem = visit.say("users.bad_name") if not name else _unfit(visit, password, name)
    if not problem:
        user = _with_rights(visit, User(name=name, access=Access.VIEWER, password=password_hash(password), created_at=visit.console.now()))
        if visit.stores.staff.add(user):
            visit.did(
                "user.add",
                about=name,
                detail=f"{user.access.value}; areas: {'+'.join(user.areas) or 'all'}; roles: {'+'.join(user.roles) or 'all'}",
            )
            return visit.go("/users", said="users.added")
        problem = visit.say("users.taken", name=name)
    return _list(visit, 422, problem)


def one(visit: Visit) -> Response:
    """One account, to be changed."""
    return _one(visit, _user(visit))


def change(visit: Visit) -> Response:
    """Name, access, areas, roles; or in use, or not."""
    before = _user(visit)
    after = _with_rights(visit, before)
    after = replace(after, disabled=visit.text("disabled", 5) == "yes")
    if last_admin_goes(visit.stores.staff, after):
        return _one(visit, before, 422, visit.say("users.last_admin"))
    visit.stores.staff.change(after)
    if after.disabled:
        visit.stores.staff.end(user=after.name)
    visit.did("user.change", about=after.name, why=plain(visit.text("why", 200)), detail=differences(before, after))
    return visit.go("/users", said="users.changed")


def set_password(visit: Visit) -> Response:
    """A new password of somebody; all sessions of this account end."""
    user, password = _user(visit), str(visit.form.get("password", ""))
    problem = _unfit(visit, password, user.name)
    if problem:
        return _one(visit, user, 422, problem)
    visit.stores.staff.change(replace(user, password=password_hash(password)))
    visit.stores.staff.end(user=user.name)
    visit.did("user.password", about=user.name)
    return visit.go("/users", said="users.password_set")


def me(visit: Visit) -> Response:
    """One's own account."""
    return visit.show("users/me.html", problem="")


def own_password(visit: Visit) -> Response:
    """By whoever knows the present one; all own sessions end."""
    user = visit.user
    assert user is not None
    password = str(visit.form.get("password", ""))
    problem = _unfit(visit, password, user.name)
    if proven(visit.stores.staff, user.name, str(visit.form.get("present", ""))) is None:
        visit.did("password.failed")
        problem = visit.say("users.wrong_present")
    if problem:
        return visit.show("users/me.html", status=422, problem=problem)
    visit.stores.staff.change(replace(user, password=password_hash(password)))
    visit.stores.staff.end(user=user.name)
    visit.did("user.password", about=user.name)
    return visit.go("/login", said="users.password_own")


def _list(visit: Visit, status: int = 200, problem: str = "") -> Response:
    users = visit.stores.staff.users()
    if problem and visit.headers.get("hx-request") == "true":
        status = 422
    return visit.show("users/users.html", status=status, users=users, problem=problem, given=visit.form, **_known(visit))


def _one(visit: Visit, user: User, status: int = 200, problem: str = "") -> Response:
    return visit.show("users/user.html", status=status, one=user, problem=problem, **_known(visit))


def _known(visit: Visit) -> dict[str, object]:
    roles = visit.desk.rulebook().contacts.roles
    return {
        "accesses": list(Access),
        "roles": [(role.name, role.label) for role in roles.values()],
        "labels": {role.name: role.label for role in roles.values()},
    }


def _user(visit: Visit) -> User:
    user = visit.stores.staff.user(visit.params["name"])
    if user is None:
        raise Trouble(404)
    return user


def _with_rights(visit: Visit, user: User) -> User:
    access = visit.text("access", 20)
    if access not in list(Access):
        raise Trouble(422)
    areas = [plain(part).strip() for part in visit.text("areas", 500).replace("，", ",").replace("、", ",").split(",")]
    known = visit.desk.rulebook().contacts.roles
    roles = [role for role in visit.form.getlist("roles") if isinstance(role, str) and role in known]
    return replace(
        user, label=plain(visit.text("label", LABEL_CHARS_MAX)), access=Access(access), areas=tuple(dict.fromkeys(filter(None, areas))),
        roles=tuple(dict.fromkeys(roles)),
    )  # fmt: skip


def _unfit(visit: Visit, password: str, name: str) -> str:
    problem = password_problem(password, name)
    return visit.of(*problem) if problem else ""


ROUTES = (
    Page(path="/users", act=listed, least=Access.ADMIN),
    Page(path="/users", method="POST", act=add, least=Access.ADMIN),
    Page(path="/users/{name}", act=one, least=Access.ADMIN),
    Page(path="/users/{name}", method="POST", act=change, least=Access.ADMIN),
    Page(path="/users/{name}/password", method="POST", act=set_password, least=Access.ADMIN),
    Page(path="/me", act=me, least=Access.VIEWER),
    Page(path="/me/password", method="POST", act=own_password, least=Access.VIEWER),
)
