"""The gate in front of a desk in memory, and a short way to speak with it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx

from adapters.web.app import create_app
from engine.service.desk import Desk
from tests.unit.web.desk import MemoryDesk

TOKEN = "0123456789abcdef"


class Client:
    """Requests to the application itself, without a socket; a fault of the application is its answer 500."""

    def __init__(self, app: Any) -> None:
        self._transport = httpx.ASGITransport(app=app, raise_app_exceptions=False, client=("127.0.0.1", 50000))

    def request(self, method: str, path: str, **given: Any) -> httpx.Response:
        return asyncio.run(self._request(method, path, **given))

    def get(self, path: str, **given: Any) -> httpx.Response:
        return self.request("GET", path, **given)

    def post(self, path: str, **given: Any) -> httpx.Response:
        return self.request("POST", path, **given)

    async def _request(self, method: str, path: str, *, chunks: list[bytes] | None = None, **given: Any) -> httpx.Response:
        async def stream() -> AsyncIterator[bytes]:
            for chunk in chunks or []:
                yield chunk

        content = {"content": stream()} if chunks else {}
        async with httpx.AsyncClient(transport=self._transport, base_url="http://127.0.0.1") as client:
            return await client.request(method, path, **content, **given)


def a_client(
    desk: MemoryDesk, *, tokens: Mapping[str, str] | None = None, simulated: bool = False, secret: str = "", lang: str = "zh"
) -> Client:
    def resolve(reference: str) -> str:
        if not secret:
            raise LookupError(f"{reference} is not set")
        return secret

    served: Desk = desk
    return Client(create_app(served, resolve=resolve, tokens=tokens, simulated=simulated, lang=lang))
