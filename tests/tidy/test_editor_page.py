"""Do the commands and settings on the page about editors work?"""

import json
import re
import shlex
import tomllib
from pathlib import Path

import pytest

from adapters.cli.main import main
from tests.tidy.tree import ROOT
from tests.unit.cli.rulebook import waybill

PAGE = (ROOT / "docs" / "editor.md").read_text(encoding="utf-8")
COMMANDS = [shlex.split(line) for line in re.findall(r"(?m)^\$ waybill (.+)$", PAGE)]
BLOCKS = dict(re.findall(r"(?ms)^```(\w+)\n(.*?)^```$", PAGE))


def test_the_commands_of_the_page_run_one_after_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    codes = {" ".join(words): waybill(*words).code for words in COMMANDS if "--watch" not in words}

    assert len(codes) >= 4
    assert set(codes.values()) == {0}, codes
    settings = json.loads((tmp_path / "my-rules/.vscode/settings.json").read_text(encoding="utf-8"))
    assert settings["yaml.schemas"]["./.schemas/sla.schema.json"] == ["rules/sla.yaml"]
    named = re.search(r"\$schema=(\S+)", BLOCKS["yaml"])
    assert named
    assert (tmp_path / "my-rules/rules" / named[1]).exists()


def test_the_watching_command_is_understood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    watching = [words for words in COMMANDS if "--watch" in words]

    assert watching != []
    assert [main([*words, "--help"]) for words in watching] == [0] * len(watching)


@pytest.mark.parametrize("block", ["lua", "elisp"])
def test_every_setting_starts_our_server(block: str) -> None:
    assert re.search(r"""['"]waybill['"],? ['"]lsp['"]""", BLOCKS[block])


def test_the_settings_of_helix_start_our_server() -> None:
    settings = tomllib.loads(BLOCKS["toml"])

    assert settings["language-server"]["waybill"] == {"command": "waybill", "args": ["lsp"]}
    assert settings["language"][0]["language-servers"] == ["waybill"]
