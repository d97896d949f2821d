"""Where is the gate open? A server in a background thread, started and stopped by whoever composes the daemon.

ServerProblem    the address cannot be bound, or may not be without tokens
"""

import ipaddress
import socket
import threading

import uvicorn
from starlette.applications import Starlette

START_SECONDS_MAX = 10.0
STOP_SECONDS_MAX = 10.0
CONNECTIONS_MAX = 500


class ServerProblem(Exception):
    """The gate cannot be opened here."""


class Server:
    """`start()` returns when requests are served; `stop()` when the last one has been answered."""

    def __init__(self, app: Starlette, *, host: str = "127.0.0.1", port: int = 8080, protected: bool = False) -> None:
        """`protected`: the app asks for tokens. Raises ServerProblem for an open app on an address others can reach."""
        if not protected and not is_loopback(host):
            raise ServerProblem("set WAYBILL_TOKENS before listening on an address others can reach")
        self._host = host
        self._port = port
        self._socket: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._server = uvicorn.Server(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                lifespan="off",
                server_header=False,
                # Who stands before us is for the deployment to say; a forwarded address would open allow_ips to anybody.
                proxy_headers=False,
                limit_concurrency=CONNECTIONS_MAX,
                timeout_keep_alive=5,
                timeout_graceful_shutdown=int(STOP_SECONDS_MAX / 2),
            )
        )

    @property
    def address(self) -> str:
        """`http://127.0.0.1:8080`; with port 0, the one the system chose, once started."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._port}"

    def start(self) -> None:
        """Bind, then serve in a background thread. Raises ServerProblem."""
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((self._host, self._port))
        except OSError as problem:
            listening.close()
            raise ServerProblem(f"cannot listen on {self.address}: {problem.strerror}") from None
        self._socket, self._port = listening, listening.getsockname()[1]
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [listening]}, name="web", daemon=True)
        self._thread.start()
        self._wait_until_served()

    def stop(self) -> None:
        """Answer what is under way, then close. Harmless if it never started, and twice."""
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(STOP_SECONDS_MAX)
            self._thread = None
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _wait_until_served(self) -> None:
        pause = threading.Event()
        for _ in range(int(START_SECONDS_MAX / 0.02)):
            if self._server.started:
                return
            if self._thread is None or not self._thread.is_alive():
                break
            pause.wait(0.02)
        self.stop()
        raise ServerProblem("the server did not start")


def is_loopback(host: str) -> bool:
    """Can only this machine reach it?"""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
