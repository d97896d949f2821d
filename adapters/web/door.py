"""May this request come in? Host, token, content type and size are checked here, for every room alike."""

import asyncio
import hmac
import json
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from adapters.web.call import Call, Refusal, Reply, Room, refused
from adapters.web.health import Counters
from engine.ports.store import StoreUnavailable

BODY_BYTES_MAX = 1024 * 1024
BODY_SECONDS_MAX = 10.0
LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "[::1]")
JSON_TYPES = ("application/json", "application/cloudevents+json", "application/cloudevents-batch+json")
_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}

Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Who may enter, and in what form."""

    tokens: Mapping[str, str] = field(repr=False)
    """Holder -> bearer token. Empty: open, for loopback only."""
    lang: str
    counters: Counters
    hosts: Collection[str] = LOOPBACK_HOSTS
    """While open: names the Host header may bear, so that a foreign web page cannot reach us by a name of its own (DNS rebinding)."""

    def endpoint(self, room: Room) -> Endpoint:
        """The room as an ASGI endpoint; its work runs in a thread, off the event loop."""

        async def serve(request: Request) -> Response:
            lang = _lang(request, self.lang)
            try:
                call = await self._admit(request, room, lang)
                reply = await run_in_threadpool(room.act, call)
            except Refusal as refusal:
                reply = refused(refusal, lang)
            except StoreUnavailable:
                reply = refused(
                    Refusal(503, "store_unavailable", "暂时写不进台账,请稍后重发", "the store cannot take it now; send it again"), lang
                )
            except ClientDisconnect:
                reply = refused(Refusal(400, "cut", "报文没有传完", "the body broke off"), lang)
            self.counters.request(room.path, request.method, reply.status)
            return response(reply)

        return serve

    async def _admit(self, request: Request, room: Room, lang: str) -> Call:
        headers = _headers(request)
        who = "" if room.open else self._who(request, headers)
        if (
            request.method == "POST"
            and not room.open
            and headers.get("content-type", "").partition(";")[0].strip().lower() not in JSON_TYPES
        ):
            # A plain web form can be sent by any page a person visits; JSON cannot without our consent.
            raise Refusal(415, "content_type", "请用 application/json", "send application/json", field="content-type")
        return Call(
            method=request.method,
            path=request.url.path,
            params={name: str(value) for name, value in request.path_params.items()},
            query=dict(request.query_params),
            headers=headers,
            body=await _body(request, headers),
            who=who,
            address=request.client.host if request.client else "",
            lang=lang,
        )

    def _who(self, request: Request, headers: Mapping[str, str]) -> str:
        if not self.tokens:
            if _host(headers.get("host", "")) not in self.hosts:
                raise Refusal(403, "host", "未设令牌时只能用本机地址访问", "without tokens only loopback names are served", field="host")
            return ""
        scheme, _, given = headers.get("authorization", "").partition(" ")
        offered = given.strip().encode("utf-8", "surrogateescape") if scheme.lower() == "bearer" else b""
        # Every token is compared, so that the time taken does not tell which one came close.
        holders = [name for name, token in self.tokens.items() if hmac.compare_digest(offered, token.encode("utf-8"))]
        if not holders:
            raise Refusal(401, "token", "令牌缺失或不对", "the token is missing or wrong")
        return holders[0]


def response(reply: Reply) -> Response:
    """A Reply as bytes."""
    text = reply.text if reply.text is not None else json.dumps(reply.body, ensure_ascii=False)
    media_type = reply.media_type if ";" in reply.media_type else f"{reply.media_type}; charset=utf-8"
    headers = {**_HEADERS, **reply.headers, "Content-Type": media_type}
    return Response(text.encode("utf-8", "replace"), status_code=reply.status, headers=headers)


def _headers(request: Request) -> dict[str, str]:
    """Repeated headers are joined by a comma, as HTTP reads them; only the first Host and Authorization count."""
    headers: dict[str, str] = {}
    for name, value in request.headers.items():
        if name not in headers:
            headers[name] = value
        elif name not in ("host", "authorization"):
            headers[name] += ", " + value
    return headers


def _host(text: str) -> str:
    name, colon, port = text.rpartition(":")
    return (name if colon and port.isdigit() else text).lower()


def _lang(request: Request, default: str) -> str:
    for part in request.headers.get("accept-language", "").split(","):
        tag = part.strip()[:2].lower()
        if tag in ("zh", "en"):
            return tag
    return default


async def _body(request: Request, headers: Mapping[str, str]) -> bytes:
    length = headers.get("content-length", "")
    if length.isdigit() and int(length[:12]) > BODY_BYTES_MAX:
        raise _too_large()
    try:
        async with asyncio.timeout(BODY_SECONDS_MAX):
            chunks: list[bytes] = []
            size = 0
            async for chunk in request.stream():
                size += len(chunk)
                if size > BODY_BYTES_MAX:
                    raise _too_large()
                chunks.append(chunk)
            return b"".join(chunks)
    except TimeoutError:
        raise Refusal(408, "slow", "报文传得太慢", "the body came too slowly") from None


def _too_large() -> Refusal:
    return Refusal(413, "too_large", "报文超过 1 MB", "the body is larger than 1 MB")
