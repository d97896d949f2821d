"""What baresip says on its control port, without a line: ends by the last two digits of the number. Run as `fake_baresip.py -f FOLDER`."""

import json
import re
import socket
import sys
import time
from pathlib import Path

CLOSES = {"10": "486 Busy Here", "12": "404 Not Found", "14": "503 Service Unavailable"}


def main() -> None:
    """Serve one control connection."""
    folder = Path(sys.argv[sys.argv.index("-f") + 1])
    config = (folder / "config").read_text(encoding="utf-8")
    port = re.search(r"ctrl_tcp_listen 127\.0\.0\.1:(\d+)", config)
    with socket.create_server(("127.0.0.1", int(port[1]) if port else 0)) as server:
        peer, _ = server.accept()
        stream = peer.makefile("rwb", buffering=0)

        def say(kind: str, param: str = "") -> None:
            words = json.dumps({"event": True, "class": "call", "type": kind, "param": param}).encode()
            stream.write(b"%d:%s," % (len(words), words))

        while True:
            order = _order(stream)
            if order["command"] == "hangup":
                say("CALL_CLOSED", "Connection reset by user")
            else:
                _fate(order["params"], say, folder)


def _order(stream) -> dict[str, str]:
    length = b""
    while (byte := stream.read(1)) != b":":
        if not byte:
            sys.exit(0)
        length += byte
    words = stream.read(int(length))
    stream.read(1)
    return json.loads(words)


def _fate(address: str, say, folder: Path) -> None:
    calls = Path(__file__).name and folder.parent / "dialled.log"
    with calls.open("a", encoding="utf-8") as log:
        log.write(address + "\n")
    fate = address.partition("@")[0][-2:]
    if fate in CLOSES:
        say("CALL_CLOSED", CLOSES[fate])
        return
    if fate == "99":
        sys.exit(1)
    if fate == "21":
        return
    say("CALL_RINGING")
    if fate == "20":
        return
    time.sleep(0.05)
    say("CALL_ESTABLISHED")
    if fate == "02":
        say("CALL_DTMF_START", "1")
    elif fate == "00":
        say("CALL_CLOSED", "end of file")
    elif fate == "01":
        say("CALL_CLOSED", "Connection reset by peer")


if __name__ == "__main__":
    main()
