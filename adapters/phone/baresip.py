"""How is one call made with baresip? A process of its own with a private folder, driven by netstrings of JSON on a loopback port.

Source: messaging.md 5.3, tried with baresip 1.0.0. One process per call, because the prompt is fixed when it starts.
"""

import contextlib
import json
import socket
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from adapters.signing import json_tree
from adapters.signing.paths import text_at

START_SECONDS_MAX = 3.0
CALL_SECONDS_MAX = 300
TICK_SECONDS = 0.2
NETSTRING_BYTES_MAX = 64 * 1024

CONFIG = """\
sip_listen {listen}
sip_trans_def udp
call_local_timeout {ring_seconds}
call_max_calls 1
audio_source aufile,{prompt}
audio_player aufile,{heard}
audio_alert aufile,{prompt}
ausrc_srate 8000
auplay_srate 8000
ausrc_channels 1
auplay_channels 1
rtp_ports {rtp_from}-{rtp_to}
module_path {modules}
module g711.so
module aufile.so
module_app account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:{control}
"""
MODULES = ("/usr/lib/baresip/modules", "/usr/lib64/baresip/modules", "/usr/local/lib/baresip/modules")


class NotStarted(Exception):
    """baresip did not come up: surely nobody was called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """From where one call is made."""

    host: str
    port: int
    rtp_from: int
    rtp_to: int


@dataclass(frozen=True, slots=True)
class Heard:
    """One event of a call: RINGING, PROGRESS, ESTABLISHED, DTMF, CLOSED."""

    what: str
    param: str = ""


class Phone:
    """A running baresip. Use as a context: it is ended, whatever happens."""

    def __init__(self, program: str, folder: Path, account: str, line: Line, prompt: Path, ring_seconds: int) -> None:
        """Write its folder and start it. Raises NotStarted."""
        control = _free_port()
        modules = next((one for one in MODULES if Path(one).is_dir()), MODULES[0])
        config = CONFIG.format(
            listen=f"{line.host}:{line.port}", ring_seconds=ring_seconds + 5, prompt=prompt, heard=folder / "heard.wav",
            rtp_from=line.rtp_from, rtp_to=line.rtp_to, modules=modules, control=control,
        )  # fmt: skip
        (folder / "config").write_text(config, encoding="utf-8")
        (folder / "accounts").write_text(account + "\n", encoding="utf-8")
        try:
            self._process = subprocess.Popen(  # noqa: S603  # A list, never a shell; the folder is ours alone.
                # It ends by itself, should we be killed and leave it alone.
                [program, "-f", str(folder), "-t", str(ring_seconds + CALL_SECONDS_MAX + 10)],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        except OSError as problem:
            raise NotStarted(f"baresip: {type(problem).__name__}") from None
        self._socket: socket.socket | None = None
        self._rest = b""
        try:
            self._socket = self._connect(control)
        except NotStarted:
            self.end()
            raise

    def dial(self, address: str) -> None:
        """Begin the call. `address` is a SIP address of ours, checked before. Raises NotStarted if nobody takes the order."""
        self._tell("dial", address)

    def hang_up(self) -> None:
        """End the call; its CLOSED still comes."""
        with contextlib.suppress(NotStarted):
            self._tell("hangup", "")

    def events(self, go_on: Callable[[], bool]) -> Iterator[Heard]:
        """What happens, until it is closed, or gone, or `go_on` says no (asked five times a second)."""
        while go_on():
            for event in self._read():
                yield event
                if event.what == "CLOSED":
                    return
            if self._socket is None:
                return

    def end(self) -> None:
        """No process is left behind."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        self._process.terminate()
        try:
            self._process.wait(2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(2)

    def _connect(self, port: int) -> socket.socket:
        tries = int(START_SECONDS_MAX / 0.05)
        for _ in range(tries):
            try:
                found = socket.create_connection(("127.0.0.1", port), timeout=1)
            except OSError:
                try:
                    raise NotStarted(f"baresip ended with {self._process.wait(0.05)}")
                except subprocess.TimeoutExpired:
                    continue
            found.settimeout(TICK_SECONDS)
            return found
        raise NotStarted("baresip does not answer")

    def _tell(self, command: str, params: str) -> None:
        words = json.dumps({"command": command, "params": params, "token": command}).encode("utf-8")
        try:
            if self._socket is None:
                raise NotStarted("baresip is gone")
            self._socket.sendall(b"%d:%s," % (len(words), words))
        except OSError:
            raise NotStarted("baresip is gone") from None

    def _read(self) -> list[Heard]:
        if self._socket is None:
            return []
        try:
            got = self._socket.recv(8192)
        except TimeoutError:
            return []
        except OSError:
            got = b""
        if not got:
            self._socket.close()
            self._socket = None
            return []
        messages, self._rest = split(self._rest + got)
        return [event for message in messages if (event := event_of(message)) is not None]


def split(stream: bytes) -> tuple[list[bytes], bytes]:
    """Whole netstrings `LEN:BYTES,` and what is left of the next one. Rubbish is thrown away."""
    found: list[bytes] = []
    while True:
        length, colon, rest = stream.partition(b":")
        if not colon:
            return found, stream if length.isdigit() and len(length) < 7 else b""
        if not length.isdigit() or int(length) > NETSTRING_BYTES_MAX:
            return found, b""
        size = int(length)
        if len(rest) <= size:
            return found, stream
        found.append(rest[:size])
        stream = rest[size + 1 :]


def event_of(message: bytes) -> Heard | None:
    """An event of the call, or None for everything else it says."""
    try:
        tree = json_tree.parse(message, numbers_as_text=True)
    except json_tree.Unreadable:
        return None
    kind = text_at(tree, "type") or ""
    what = {"CALL_DTMF_START": "DTMF"}.get(kind, kind.removeprefix("CALL_"))
    known = what in ("RINGING", "PROGRESS", "ESTABLISHED", "DTMF", "CLOSED")
    return Heard(what, text_at(tree, "param") or "") if known else None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
