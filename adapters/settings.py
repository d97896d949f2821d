"""What did the environment say? Addresses, tokens and secrets; never anything an operator writes in YAML.

SettingProblem    a setting is missing or cannot be read; the message names the setting and never shows a value
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from engine.service.case_hands import UNDO_SECONDS_MAX

SECRET_BYTES_MAX = 64 * 1024
TOKEN_CHARS_MIN = 16
"""A shorter bearer token can be guessed."""


class SettingProblem(LookupError):
    """The environment lacks what is needed, or holds what cannot be read. A LookupError, so that lower layers need not know it by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the deployment decides, as against what operations decide."""

    host: str = "127.0.0.1"
    port: int = 8080
    tokens: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Name of the holder -> bearer token. Empty: open, allowed on loopback only."""
    database: str = field(default="sqlite:///var/waybill.db", repr=False)
    """SQLAlchemy address; may carry a password, so it is never shown."""
    lang: str = "zh"
    publish: str = "folder"
    """`folder` or `second-person`: who puts an edit of the rule folder into force."""
    desk_url: str = ""
    """`https://desk.example.com`: as browsers see the console behind a proxy; empty: as they ask for it."""
    link_keys: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Version -> key of the customers' links, the newest first; none: there are no links."""
    link_url: str = ""
    """`https://track.example.com`: where customers open their links; empty: the desk's address."""
    proxies: tuple[str, ...] = ()
    """Addresses of proxies of ours, whose word on who asked is believed."""
    anchors: Path | None = None
    """Where the daemon says once a day where the journal stands; none: nowhere."""
    undo_seconds: int = 10
    """So long a person at the console may take back what cannot be taken back afterwards; 0: not at all."""


def read_settings(env: Mapping[str, str] | None = None) -> Settings:
    """WAYBILL_HOST, WAYBILL_PORT, WAYBILL_TOKENS (`name:token,name:token`, or WAYBILL_TOKENS_FILE), WAYBILL_DB, WAYBILL_LANG, WAYBILL_PUBLISH,
    WAYBILL_DESK_URL, WAYBILL_LINK_KEYS (`version:key,version:key`, the newest first, or WAYBILL_LINK_KEYS_FILE), WAYBILL_LINK_URL,
    WAYBILL_PROXIES (`10.0.0.5,10.0.0.6`), WAYBILL_ANCHORS (a folder), WAYBILL_UNDO_SECONDS.

    Raises SettingProblem.
    """
    env = os.environ if env is None else env
    return Settings(
        host=env.get("WAYBILL_HOST", "127.0.0.1"),
        port=_port(env.get("WAYBILL_PORT", "8080")),
        tokens=_tokens(env, "WAYBILL_TOKENS"),
        database=env.get("WAYBILL_DB", "sqlite:///var/waybill.db"),
        lang=_lang(env.get("WAYBILL_LANG", "zh")),
        publish=_publish(env.get("WAYBILL_PUBLISH", "folder")),
        desk_url=_web_address(env, "WAYBILL_DESK_URL"),
        link_keys=_tokens(env, "WAYBILL_LINK_KEYS"),
        link_url=_web_address(env, "WAYBILL_LINK_URL"),
        proxies=tuple(filter(None, (part.strip() for part in env.get("WAYBILL_PROXIES", "").split(",")))),
        anchors=Path(env["WAYBILL_ANCHORS"]) if env.get("WAYBILL_ANCHORS") else None,
        undo_seconds=_undo_seconds(env.get("WAYBILL_UNDO_SECONDS", "10")),
    )


def read_secret(reference: str, env: Mapping[str, str] | None = None) -> str:
    """The value behind `env:NAME` or `file:PATH` (a line end at the close of the file is not part of it).

    Raises SettingProblem if it is missing, empty, unreadable, or if the reference is a literal.
    """
    env = os.environ if env is None else env
    kind, _, name = reference.partition(":")
    if kind == "env" and name:
        value = env.get(name, "")
    elif kind == "file" and name:
        value = _file(name)
    else:
        raise SettingProblem("a secret is written env:NAME or file:PATH")
    if not value:
        raise SettingProblem(f"{kind}:{name} is not set")
    return value


def _file(name: str) -> str:
    path = Path(name)
    try:
        if path.stat().st_size > SECRET_BYTES_MAX:
            raise SettingProblem(f"file:{name} is larger than {SECRET_BYTES_MAX} bytes")
        return path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as problem:
        raise SettingProblem(f"file:{name} cannot be read: {type(problem).__name__}") from None


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 <= int(text[:6]) <= 65535:
        raise SettingProblem("WAYBILL_PORT is not a port (0 to 65535)")
    return int(text)


def _undo_seconds(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(UNDO_SECONDS_MAX)) and int(text) <= UNDO_SECONDS_MAX):
        raise SettingProblem(f"WAYBILL_UNDO_SECONDS is a number of seconds (0 to {UNDO_SECONDS_MAX})")
    return int(text)


def _lang(text: str) -> str:
    if text not in ("zh", "en"):
        raise SettingProblem("WAYBILL_LANG is zh or en")
    return text


def _publish(text: str) -> str:
    if text not in ("folder", "second-person"):
        raise SettingProblem("WAYBILL_PUBLISH is folder or second-person")
    return text


def _web_address(env: Mapping[str, str], name: str) -> str:
    text = env.get(name, "")
    parts = urlsplit(text)
    if text and (parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/") or parts.query):
        raise SettingProblem(f"{name} is https://name, without a path")
    return text.rstrip("/").lower()


def _tokens(env: Mapping[str, str], setting: str) -> dict[str, str]:
    """`name:secret,name:secret` of a setting, or of the file named by the setting with `_FILE`."""
    text = env.get(setting, "")
    if not text and env.get(f"{setting}_FILE"):
        text = read_secret(f"file:{env[f'{setting}_FILE']}", env)
    tokens: dict[str, str] = {}
    for number, entry in enumerate(filter(None, (part.strip() for part in text.replace("\n", ",").split(","))), start=1):
        name, colon, token = entry.partition(":")
        if not colon or not name.strip() or len(token.strip()) < TOKEN_CHARS_MIN:
            raise SettingProblem(f"{setting}, entry {number}: write name:secret, the secret at least {TOKEN_CHARS_MIN} characters")
        if name.strip() in tokens:
            raise SettingProblem(f"{setting}, entry {number}: this name is given twice")
        tokens[name.strip()] = token.strip()
    return tokens
