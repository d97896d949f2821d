"""How is the first administrator made, and what is refused at the prompt?"""

from pathlib import Path

import pytest

from adapters.cli.main import main
from adapters.sql import open_stores
from adapters.web.console.sign_in import proven
from engine.ports.staff import Access

PASSWORD = "correct-horse-1"


@pytest.fixture
def db(tmp_path: Path) -> str:
    path = tmp_path / "waybill.db"
    open_stores(f"sqlite:///{path}").close()
    (tmp_path / "password").write_text(PASSWORD + "\n", encoding="utf-8")
    return str(path)


def user(db: str, *words: str) -> int:
    return main(["user", *words, "--db", db])


def from_file(db: str) -> str:
    return f"--password-from=file:{Path(db).parent / 'password'}"


def test_an_administrator_is_made_listed_and_can_sign_in(db: str, capsys: pytest.CaptureFixture[str]) -> None:
    made = user(db, "add", "8001", "--role", "admin", "--label", "王经理", from_file(db))
    listed = user(db, "list")

    stores = open_stores(f"sqlite:///{db}")
    assert (made, listed) == (0, 0)
    assert "王经理" in capsys.readouterr().out
    assert proven(stores.staff, "8001", PASSWORD) is not None
    assert [one.deed.what for one in stores.trail.search()] == ["user.add"]
    stores.close()


def test_a_password_may_come_from_the_environment_and_never_from_the_line(
    db: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    on_the_line = user(db, "add", "8001", "--role", "admin", "--password", PASSWORD)
    nowhere = user(db, "add", "8001", "--role", "admin")
    monkeypatch.setenv("WAYBILL_PASSWORD", PASSWORD)

    assert (on_the_line, nowhere) == (2, 2)
    assert user(db, "add", "8001", "--role", "admin") == 0
    assert PASSWORD not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("add", "8001", "--role", "viewer"), 1),  # The name is taken.
        (("add", "a b", "--role", "viewer"), 2),
        (("add", "8002", "--role", "king"), 2),
        (("add", "8002", "--role", "agent", "--works-as", "nobody"), 2),
        (("disable", "8001"), 1),  # The last administrator.
        (("change", "8001", "--role", "viewer"), 1),
        (("change", "8009", "--role", "viewer"), 1),
    ],
)
def test_what_would_leave_a_mess_is_refused(db: str, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], code: int) -> None:
    monkeypatch.setenv("WAYBILL_PASSWORD", PASSWORD)
    assert user(db, "add", "8001", "--role", "admin") == 0

    assert user(db, *words) == code


def test_a_change_keeps_what_was_not_said(db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAYBILL_PASSWORD", PASSWORD)
    user(db, "add", "8001", "--role", "admin")
    user(db, "add", "8011", "--role", "agent", "--area", "深圳", "--area", "广州", "--works-as", "desk_agent")

    changed = user(db, "change", "8011", "--role", "supervisor", "--area", "all", "--why", "升主管")
    stopped = user(db, "disable", "8011")

    stores = open_stores(f"sqlite:///{db}")
    found = stores.staff.user("8011")
    stores.close()
    assert (changed, stopped) == (0, 0)
    assert found is not None
    assert (found.access, found.areas, found.roles, found.disabled) == (Access.SUPERVISOR, (), ("desk_agent",), True)
