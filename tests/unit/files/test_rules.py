"""Are rule folders read whole, in any encoding a Chinese desk saves in, and is nothing else read?"""

import os
from pathlib import Path

import pytest

from adapters.files.rules import RulesProblem, copy_shipped, fingerprint_of_files, read_folder, read_rules, shipped_rules_dir


def write(root: Path, name: str, content: bytes = b"kind: sla\n") -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_only_rule_files_under_workflows_and_rules_are_read(tmp_path: Path) -> None:
    for name in (
        "workflows/a.yaml",
        "rules/b.yml",
        "rules/tables/lanes.csv",
        "rules/connections/samples/x.edi",
        "rules/connections/samples/y.json",
    ):
        write(tmp_path, name)
    for name in (
        "other/c.yaml",
        "top.yaml",
        "rules/notes.txt",
        "rules/.hidden.yaml",
        "rules/.git/d.yaml",
        "rules/~$e.csv",
        "rules/b.yaml~",
        "rules/f.edi",
    ):
        write(tmp_path, name)

    assert sorted(read_rules(tmp_path)) == [
        "rules/b.yml",
        "rules/connections/samples/x.edi",
        "rules/connections/samples/y.json",
        "rules/tables/lanes.csv",
        "workflows/a.yaml",
    ]


def test_a_byte_order_mark_is_not_part_of_the_text(tmp_path: Path) -> None:
    write(tmp_path, "rules/a.yaml", "kind: 时效\n".encode("utf-8-sig"))

    read = read_folder(tmp_path)

    assert read.files == {"rules/a.yaml": "kind: 时效\n"}
    assert read.recoded == ()


def test_a_file_saved_as_gbk_is_read_and_reported(tmp_path: Path) -> None:
    write(tmp_path, "rules/a.yaml", "label: 揽收时限\n".encode("gbk"))

    read = read_folder(tmp_path)

    assert read.files == {"rules/a.yaml": "label: 揽收时限\n"}
    assert [one.file for one in read.recoded] == ["rules/a.yaml"]


def test_bytes_that_are_no_text_are_refused_by_name(tmp_path: Path) -> None:
    write(tmp_path, "rules/a.yaml", b"\xff\xff\x00\x80")

    with pytest.raises(RulesProblem) as refused:
        read_rules(tmp_path)

    assert "rules/a.yaml" in refused.value.zh


@pytest.mark.parametrize("name", ["missing", "empty"])
def test_a_folder_without_rules_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()

    with pytest.raises(RulesProblem):
        read_rules(tmp_path / name)


def test_the_fingerprint_moves_when_a_file_is_saved_added_or_removed(tmp_path: Path) -> None:
    path = write(tmp_path, "rules/a.yaml")
    seen = [fingerprint_of_files(tmp_path)]

    path.write_bytes(b"kind: sla\n# more\n")
    seen.append(fingerprint_of_files(tmp_path))
    os.utime(path, ns=(1, 1))
    seen.append(fingerprint_of_files(tmp_path))
    write(tmp_path, "workflows/b.yaml")
    seen.append(fingerprint_of_files(tmp_path))
    path.unlink()
    seen.append(fingerprint_of_files(tmp_path))

    assert len(set(seen)) == 5
    assert fingerprint_of_files(tmp_path) == seen[-1]


def test_a_file_that_is_no_rule_does_not_move_the_fingerprint(tmp_path: Path) -> None:
    write(tmp_path, "rules/a.yaml")
    before = fingerprint_of_files(tmp_path)

    write(tmp_path, "rules/.a.yaml.swp")

    assert fingerprint_of_files(tmp_path) == before


def test_the_shipped_rulebook_is_copied_whole_and_never_over_another(tmp_path: Path) -> None:
    shipped = read_rules(shipped_rules_dir())

    written = copy_shipped(tmp_path / "mine")

    assert sorted(written) == sorted(shipped)
    assert read_rules(tmp_path / "mine") == shipped
    with pytest.raises(RulesProblem):
        copy_shipped(tmp_path / "mine")
