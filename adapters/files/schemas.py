"""Where do the schemas for editors lie, and how does an editor find the right one for a file?"""

import json
import os
from collections.abc import Mapping
from pathlib import Path

from adapters.files.rules import RulesProblem

FOLDER = ".schemas"
"""Beside `workflows/` and `rules/`, unless another is named."""
SETTINGS = Path(".vscode") / "settings.json"
KEY = "yaml.schemas"
"""What the YAML extension of VS Code reads."""


def schema_file(kind: str) -> str:
    """`sla.schema.json`"""
    return f"{kind}.schema.json"


def write_schemas(folder: Path, schemas: Mapping[str, object]) -> list[str]:
    """Write one file per kind; the names of those that changed. Raises RulesProblem."""
    changed: list[str] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for kind, schema in schemas.items():
            path, text = folder / schema_file(kind), json.dumps(schema, ensure_ascii=False, indent=1) + "\n"
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                _replace(path, text)
                changed.append(path.name)
    except OSError as problem:
        raise RulesProblem(f"写不了 {folder}({problem.strerror})", f"cannot write to {folder} ({problem.strerror})") from None
    return changed


def schemas_of(files: Mapping[str, str], folder: Path, rules: Path) -> dict[str, list[str]]:
    """Path of a schema as an editor opened in `rules` writes it -> the rule files it is for. files: file -> kind."""
    beside = Path(os.path.relpath(folder.resolve(), rules.resolve())).as_posix()
    found: dict[str, list[str]] = {}
    for file, kind in files.items():
        found.setdefault(f"./{beside}/{schema_file(kind)}", []).append(file)
    return found


def map_in_vscode(rules: Path, mapping: Mapping[str, list[str]]) -> Path:
    """Tell VS Code in its settings of this folder; every other setting stays. Raises RulesProblem rather than touch what it cannot read."""
    path = rules / SETTINGS
    try:
        settings = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    except (OSError, ValueError):
        settings = None
    if not isinstance(settings, dict):
        shown = json.dumps({KEY: dict(mapping)}, ensure_ascii=False, indent=2)
        raise RulesProblem(
            f"{path} 读不懂(里面有注释?),没有动它;请自己加上:\n{shown}",
            f"{path} cannot be read (comments?) and was left alone; please add:\n{shown}",
        )
    ours = {schema.rsplit("/", 1)[-1] for schema in mapping}
    others = {schema: files for schema, files in dict(settings.get(KEY, {})).items() if str(schema).rsplit("/", 1)[-1] not in ours}
    text = json.dumps({**settings, KEY: {**others, **mapping}}, ensure_ascii=False, indent=2) + "\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            _replace(path, text)
    except OSError as problem:
        raise RulesProblem(f"写不了 {path}({problem.strerror})", f"cannot write {path} ({problem.strerror})") from None
    return path


def _replace(path: Path, text: str) -> None:
    """An editor that reads just now sees the old text or the new one, never half of it."""
    draft = path.with_name(f".{path.name}.new")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
