"""Does the prompt count what the journals of a database hold?"""

import pytest

from tests.time.world import World, first, message, messages
from tests.unit.cli.rulebook import Said, waybill

SAYS_SO = "while: new\nlimit: 2 h\ntimeline:\n  - late: 0 min\n    do: [{send: hurry}]"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """Two orders fell late at eleven; one of them had been answered at ten, and we heard of it at noon."""
    tmp_path = tmp_path_factory.mktemp("report")
    database = tmp_path / "desk.db"
    world = World("11-23 09:00", url=f"sqlite:///{database}", sla=first(SAYS_SO), messages=messages(message("hurry")))
    world.hear("created", "11-23 09:00", case="T1")
    world.hear("created", "11-23 09:00", case="T2")
    world.hear("replied", "11-23 12:00", happened="11-23 10:00", case="T1")
    world.until("11-23 13:00").close()
    for name, text in world.files.items():
        path = tmp_path / "book" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return str(database), str(tmp_path / "book")


def report(name: str, desk: tuple[str, str], *more: str) -> Said:
    return waybill("report", name, "--db", desk[0], "--rules", desk[1], *more)


def test_regret_says_how_much_lateness_was_taken_back(desk: tuple[str, str]) -> None:
    said = report("regret", desk, "--json")

    assert said.code == 0
    assert said.data["regret"] == [{"policy": "first", "late": 2, "corrected": 1, "withdrawn": 0, "rate": 0.5, "messages": 1}]


def test_regret_is_a_table_for_people_in_both_languages(desk: tuple[str, str]) -> None:
    assert "50.0%" in report("regret", desk).out
    assert "regret = corrected / late" in report("regret", desk, "--lang", "en").out


def test_manners_says_how_many_messages_a_person_got(desk: tuple[str, str]) -> None:
    said = report("manners", desk, "--json")

    assert said.code == 0
    lines = said.data["manners"]
    assert isinstance(lines, list)
    assert [(one["audience"], one["people"], one["messages"], one["most_per_day"]) for one in lines] == [
        ("customer", 0, 0, 0),
        ("staff", 1, 2, 2),
    ]
    assert said.data["suppressed"] == {}


def test_an_empty_database_and_a_mistyped_report_are_answered_in_words(desk: tuple[str, str]) -> None:
    assert report("regret", ("memory:", desk[1])).out.strip() == "还没有记过超时"
    assert report("regrets", desk).code == 2
