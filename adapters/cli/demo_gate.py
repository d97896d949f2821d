"""How does the demo's world speak to the desk? As anybody would: over HTTP, by the API's own address."""

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import httpx

log = logging.getLogger("waybill.demo")

TRIES_MAX = 5
Body = dict[str, Any]
"""A JSON object as the gate answers it."""


class GateClosed(Exception):
    """Nobody answers any more: the daemon is stopping."""


class Gate:
    """A client of the HTTP API. A refusal is an answer (None, or `said: refused`), never an exception."""

    def __init__(self, address: str) -> None:
        # A proxy of the environment has no business between two threads of one process.
        self._http = httpx.Client(base_url=address, timeout=30.0, trust_env=False)
        self.refused = 0

    def close(self) -> None:
        """Give the connection back."""
        self._http.close()

    def scan(self, key: str, event: str, case: str, *, happened: datetime, data: Mapping[str, object]) -> Body | None:
        """A TMS speaks CloudEvents 1.0 and knows the order by its number."""
        body = {
            "specversion": "1.0", "type": f"com.example.shipment.{event}.v1", "source": "tms.example", "id": key,
            "subject": case, "time": happened.isoformat(), "data": dict(data),
        }  # fmt: skip
        return self._post("/events", body, media="application/cloudevents+json")

    def shop(self, key: str, *, placed: datetime, data: Mapping[str, object]) -> Body | None:
        """A web shop's order, as a CloudEvent."""
        body = {
            "specversion": "1.0", "type": "com.example.shipment.order_created.v1", "source": "shop.example", "id": key,
            "time": placed.isoformat(), "data": dict(data),
        }  # fmt: skip
        return self._post("/events", body, media="application/cloudevents+json")

    def desk(
        self, key: str, workflow: str, event: str, by: str, *, case: str | None = None, data: Mapping[str, object] | None = None
    ) -> Body | None:
        """A person's word, in the short form."""
        body: Body = {"id": key, "workflow": workflow, "event": event, "by": by, "data": dict(data or {})}
        return self._post("/events", body | ({"case": case} if case else {}))

    def cases(self, workflow: str) -> list[Body]:
        """All that are not final."""
        found: list[Body] = []
        after = ""
        while True:
            query = {"workflow": workflow, "final": "no", "limit": "500"} | ({"after": after} if after else {})
            page = self._send("GET", "/cases", params=query).json()
            found += page["cases"]
            after = page["next"] or ""
            if not after:
                return found

    def tasks(self) -> list[Body]:
        """What is open or claimed."""
        tasks: list[Body] = self._send("GET", "/tasks").json()["tasks"]
        return tasks

    def claim(self, task: str, by: str) -> Body | None:
        """Take a task; None when it is gone."""
        return self._post(f"/tasks/{task}/claim", {"by": by})

    def finish(self, task: str, by: str, *, result: str = "", note: str = "", data: Mapping[str, object] | None = None) -> Body | None:
        """Finish it; None when somebody or something was faster."""
        return self._post(f"/tasks/{task}/finish", {"by": by, "result": result, "note": note, "data": dict(data or {})})

    def acknowledge(self, case: str, chain: str, by: str) -> Body | None:
        """已知晓."""
        return self._post(f"/cases/{case}/acknowledge", {"by": by, "chain": chain})

    def _post(self, path: str, body: Body, media: str = "application/json") -> Body | None:
        answer = self._send("POST", path, json=body, headers={"content-type": media})
        if answer.status_code < 300:
            taken: Body = answer.json()
            return taken
        if answer.status_code != 409:
            self.refused += 1
            log.warning("refused", extra={"path": path, "status": answer.status_code, "answer": answer.text[:500]})
        return None

    def _send(self, method: str, path: str, **more: Any) -> httpx.Response:
        for _ in range(TRIES_MAX):
            try:
                answer = self._http.request(method, path, **more)
            except httpx.TransportError as trouble:
                raise GateClosed(str(trouble)) from None
            if answer.status_code != 503:
                break
        return answer
