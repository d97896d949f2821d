"""An editor, for tests: speaks the language server protocol with a real server over stdio."""

import json
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path
from queue import Empty, Queue
from typing import Any

WAIT_SECONDS = 60.0


class Editor:
    """One server process. What it publishes of a file is kept until asked for."""

    def __init__(self, command: Sequence[str], folder: Path, settings: dict[str, Any] | None = None, cwd: Path | None = None) -> None:
        self.folder = folder
        self.settings = settings or {}
        self._process = subprocess.Popen(
            command, cwd=cwd or folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._answers: Queue[dict[str, Any]] = Queue()
        self._published: Queue[dict[str, Any]] = Queue()
        self._number = 0
        self._versions: dict[str, int] = {}
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        self.capabilities = self.ask(
            "initialize",
            {
                "processId": None,
                "rootUri": folder.as_uri(),
                "workspaceFolders": [{"uri": folder.as_uri(), "name": folder.name}],
                "capabilities": {
                    "workspace": {"configuration": True, "workspaceFolders": True, "didChangeConfiguration": {}},
                    "textDocument": {"hover": {"contentFormat": ["markdown"]}, "publishDiagnostics": {"relatedInformation": True}},
                },
            },
        )["capabilities"]
        self.tell("initialized", {})

    def uri(self, file: str) -> str:
        """The address of a file of the folder."""
        return (self.folder / file).as_uri()

    def open(self, file: str, text: str) -> list[dict[str, Any]]:
        """Open a file with this text in the window; what is wrong with it."""
        self._versions[file] = 1
        self.tell("textDocument/didOpen", {"textDocument": {"uri": self.uri(file), "languageId": "yaml", "version": 1, "text": text}})
        return self.published(file)

    def change(self, file: str, text: str) -> list[dict[str, Any]]:
        """Write another text into the window; what is wrong with it."""
        self._versions[file] += 1
        document = {"uri": self.uri(file), "version": self._versions[file]}
        self.tell("textDocument/didChange", {"textDocument": document, "contentChanges": [{"text": text}]})
        return self.published(file)

    def published(self, file: str) -> list[dict[str, Any]]:
        """The next diagnostics of a file. Raises TimeoutError."""
        while True:
            try:
                told = self._published.get(timeout=WAIT_SECONDS)
            except Empty:
                raise TimeoutError(f"nothing was published of {file}") from None
            if told["uri"] == self.uri(file) and told.get("version") in (None, self._versions.get(file)):
                return list(told["diagnostics"])

    def at(self, what: str, file: str, line: int, character: int) -> Any:
        """Ask `hover`, `completion` or `definition` at a place."""
        return self.ask(
            f"textDocument/{what}", {"textDocument": {"uri": self.uri(file)}, "position": {"line": line, "character": character}}
        )

    def ask(self, method: str, params: Any) -> Any:
        """A request, and its answer."""
        self._number += 1
        number = self._number
        self._send({"id": number, "method": method, "params": params})
        while True:
            answer = self._answers.get(timeout=WAIT_SECONDS)
            if answer["id"] == number:
                assert "error" not in answer, answer
                return answer["result"]

    def tell(self, method: str, params: Any) -> None:
        """A notification."""
        self._send({"method": method, "params": params})

    def close(self) -> int:
        """Say goodbye as an editor does; the server's exit code."""
        self.ask("shutdown", None)
        self.tell("exit", None)
        try:
            return self._process.wait(timeout=WAIT_SECONDS)
        finally:
            self._process.kill()
            self._listener.join()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    pipe.close()

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
        self._process.stdin.flush()

    def _listen(self) -> None:
        stream = self._process.stdout
        assert stream is not None
        while header := stream.readline():
            length = 0
            while header.strip():
                if header.lower().startswith(b"content-length:"):
                    length = int(header.split(b":")[1])
                header = stream.readline()
            self._hear(json.loads(stream.read(length)))

    def _hear(self, message: dict[str, Any]) -> None:
        method = message.get("method")
        if method == "textDocument/publishDiagnostics":
            self._published.put(message["params"])
        elif method is None:
            self._answers.put(message)
        elif "id" in message:  # The server asks us.
            wanted = message["params"].get("items", []) if method == "workspace/configuration" else None
            result = [self.settings.get(item.get("section")) for item in wanted] if wanted is not None else None
            self._send({"id": message["id"], "result": result})
