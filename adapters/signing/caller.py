"""What did the neighbour answer? One HTTP request within deadlines, no redirects, no proxies, a capped answer.

It never raises for the world's fault, and says exactly how far the request came: that decides whether it may be repeated.
"""

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import httpx

from adapters.signing.addresses import Forbidden, LookUp, addresses_of, by_name
from adapters.signing.request import Request

CONNECT_SECONDS_MAX = 3.0
TOTAL_SECONDS_MAX = 10.0
"""Below the outbox lease (60 s), with room for a slow name server."""
ANSWER_BYTES_MAX = 1024 * 1024
FORBIDDEN = "forbidden_address"
"""Trouble: the host lies where this connection may not go. Nothing was sent."""


class Reached(StrEnum):
    """How far the request came."""

    NOT_SENT = "not_sent"
    """No connection was made: surely nothing happened."""
    UNANSWERED = "unanswered"
    """Something may have been read; no whole answer came back."""
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back."""

    reached: Reached
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""
    body: bytes = b""
    whole: bool = True
    """False: the answer was larger than the cap, or compressed although we asked for plain."""
    trouble: str = ""
    """`timeout`, `cut`, `forbidden_address` or the name of what went wrong; never an address."""


class Caller:
    """Makes requests. Thread-safe; a fresh connection each, so that a refused one is surely not sent."""

    def __init__(
        self, *, connect_seconds: float = CONNECT_SECONDS_MAX, total_seconds: float = TOTAL_SECONDS_MAX, look_up: LookUp = by_name,
        verify: ssl.SSLContext | None = None,
    ) -> None:  # fmt: skip
        """`verify`: whom to trust; None: the authorities everybody trusts."""
        self._total_seconds = total_seconds
        self._look_up = look_up
        self._client = httpx.Client(
            timeout=httpx.Timeout(total_seconds, connect=connect_seconds),
            limits=httpx.Limits(max_connections=64, max_keepalive_connections=0),
            follow_redirects=False,
            trust_env=False,
            verify=verify if verify is not None else True,
        )

    def call(self, request: Request, *, within: float | None = None) -> Answer:
        """One request, one answer, in so many seconds (never more than ours).

        The name is looked up once; a second address is tried only where the first let nobody in.
        """
        with self._deadline(within) as deadline:
            try:
                url = httpx.URL(request.url)
                port = url.port or (443 if url.scheme == "https" else 80)
                addresses = addresses_of(url.host, port, private=request.private, look_up=self._look_up)
            except Forbidden:
                return Answer(reached=Reached.NOT_SENT, trouble=FORBIDDEN)
            except (OSError, httpx.InvalidURL) as problem:
                return Answer(reached=Reached.NOT_SENT, trouble=type(problem).__name__)
            answer = Answer(reached=Reached.NOT_SENT)
            for address in addresses:
                answer = self._call(request, url, address, deadline)
                if answer.reached is not Reached.NOT_SENT or deadline.passed:
                    break
            return answer

    def _call(self, request: Request, url: httpx.URL, address: str, deadline: "_Deadline") -> Answer:
        """To this very address, under the name: what the name service says a moment later changes nothing."""
        try:
            outgoing = self._client.build_request(
                request.method,
                url.copy_with(host=address),
                content=request.body,
                headers={**request.headers, "host": url.netloc.decode("ascii")},
                extensions={"trace": deadline.watch, "sni_hostname": url.raw_host.decode("ascii")},
            )
            response = self._client.send(outgoing, stream=True)
            try:
                return _read(response)
            finally:
                response.close()
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol) as problem:
            return Answer(reached=Reached.NOT_SENT, trouble=type(problem).__name__)
        except (httpx.HTTPError, httpx.StreamError) as problem:
            late = deadline.passed or isinstance(problem, httpx.TimeoutException)
            return Answer(reached=Reached.UNANSWERED, trouble="timeout" if late else "cut")

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    @contextlib.contextmanager
    def _deadline(self, within: float | None) -> Iterator["_Deadline"]:
        deadline = _Deadline()
        seconds = self._total_seconds if within is None else min(within, self._total_seconds)
        timer = threading.Timer(seconds, deadline.strike)
        timer.daemon = True
        timer.start()
        try:
            yield deadline
        finally:
            timer.cancel()


class _Deadline:
    """Ends the conversation when the time is over: httpx limits each read, so a trickling peer could hold us for ever."""

    def __init__(self) -> None:
        self.passed = False
        self._socket: socket.socket | None = None

    def watch(self, event: str, info: Mapping[str, object]) -> None:
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            stream = info.get("return_value")
            extra = getattr(stream, "get_extra_info", None)
            self._socket = extra("socket") if extra else None
            if self.passed:
                self.strike()

    def strike(self) -> None:
        self.passed = True
        if self._socket is not None:
            with contextlib.suppress(OSError):
                # The plain shutdown also wakes a read that is waiting inside TLS.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


def _read(response: httpx.Response) -> Answer:
    chunks: list[bytes] = []
    size = 0
    for chunk in response.iter_raw():
        chunks.append(chunk)
        size += len(chunk)
        if size > ANSWER_BYTES_MAX:
            break
    headers = {name.lower(): value for name, value in response.headers.items()}
    plain = headers.get("content-encoding", "identity").lower() in ("", "identity")
    return Answer(
        reached=Reached.ANSWERED,
        status=response.status_code,
        headers=headers,
        body=b"".join(chunks)[:ANSWER_BYTES_MAX],
        whole=plain and size <= ANSWER_BYTES_MAX,
    )


def is_open(host: str, port: int, *, seconds: float = CONNECT_SECONDS_MAX, private: bool = True) -> bool:
    """Does anybody listen there? Nothing is sent."""
    try:
        for address in addresses_of(host, port, private=private):
            with socket.create_connection((address, port), timeout=seconds):
                return True
    except (OSError, Forbidden):
        return False
    return False
