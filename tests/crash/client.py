"""What was promised to the outside? A client that remembers every answer it got, and asks again where it got none."""

import http.client
import threading
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.crash.living import Hours, ask

SOURCE = "tms"
OPEN_CASES = 8
MAIN = ("order_created", "order_confirmed", "picked_up", "departed", "arrived", "out_for_delivery", "signed")
DETOURS: tuple[tuple[str, ...], ...] = (
    MAIN,
    ("order_created", "order_confirmed", "pickup_failed", "order_confirmed", "picked_up", "arrived", "signed"),
    ("order_created", "order_confirmed", "picked_up", "out_for_delivery", "delivery_failed", "rescheduled", "signed"),
    ("order_created", "order_confirmed", "picked_up", "damaged", "resolved", "arrived", "signed"),
    ("order_created", "order_confirmed", "order_cancelled"),
    ("order_confirmed", "order_created", "picked_up", "signed"),  # the first is parked until the second opens the case
)
ORDER: dict[str, object] = {
    "source": "phone", "city": "深圳", "district": "南山", "pickup_address": "科技园一路1号", "shipper_name": "张三",
    "shipper_phone": "13812345678", "goods": "图书", "pieces": 3, "weight_kg": 20.5, "destination": "北京",
    "consignee_name": "李四", "consignee_phone": "13912345678", "pay_by": "现付",
}  # fmt: skip

Paper = dict[str, Any]


@dataclass(slots=True)
class Client:
    """Posts without pause from a thread of its own until told to stop."""

    port: int
    chance: Random
    hours: Hours
    acknowledged: dict[str, str] = field(default_factory=dict)
    """Event id -> case, for every event answered with 2xx."""
    refused: list[tuple[int, Any]] = field(default_factory=list)
    """Answers below 500 that were not 2xx: there should be none."""
    said: Counter[str] = field(default_factory=Counter)
    unanswered: list[Paper] = field(default_factory=list)
    resting: threading.Event = field(default_factory=threading.Event)
    """While it is set nothing is posted."""
    _journeys: dict[str, list[Paper]] = field(default_factory=dict)
    _sent: list[Paper] = field(default_factory=list)
    _cases: int = 0

    def run(self, stop: threading.Event) -> None:
        while not stop.wait(self.chance.random() * 0.02):
            if not self.resting.is_set():
                self._post(self.unanswered or self._next())

    def finish(self) -> None:
        """The calm: whatever is unanswered is asked again, then every journey is brought to its end."""
        while self.unanswered or self._journeys:
            self._post(self.unanswered or self._step(next(iter(self._journeys))))

    def _next(self) -> list[Paper]:
        if self._sent and self.chance.random() < 0.15:
            return [self.chance.choice(self._sent)]
        while len(self._journeys) < OPEN_CASES:
            self._open()
        chosen = self.chance.sample(list(self._journeys), self.chance.choice([1, 1, 1, 4]))
        return [paper for case in chosen for paper in self._step(case)]

    def _open(self) -> None:
        self._cases += 1
        case = f"W{self._cases:05d}"
        route = self.chance.choice(DETOURS)
        papers = [{"workflow": "shipment", "event": name, "id": f"{case}/{number}", "source": SOURCE} for number, name in enumerate(route)]
        for paper in papers:
            if paper["event"] == "order_created":
                paper["data"] = {**ORDER, "waybill_no": case}
            else:
                paper["case"] = case
        self._journeys[case] = papers

    def _step(self, case: str) -> list[Paper]:
        paper = self._journeys[case].pop(0)
        if not self._journeys[case]:
            del self._journeys[case]
        return [{**paper, "occurred_at": self.hours.now().isoformat()}]

    def _post(self, papers: list[Paper]) -> None:
        """One request; no answer, or 5xx, means nothing is known: the very same papers are sent again."""
        self.unanswered = papers
        try:
            status, answer = ask(self.port, "POST", "/events", papers if len(papers) > 1 else papers[0])
        except (OSError, http.client.HTTPException):
            return
        if status >= 500:
            return
        self.unanswered = []
        self._sent += papers
        for paper, verdict in zip(papers, answer if isinstance(answer, list) else [{**answer, "status": status}], strict=True):
            if verdict["status"] in (200, 202):
                self.said[verdict["said"]] += 1
                self.acknowledged[paper["id"]] = verdict.get("case") or self.acknowledged.get(paper["id"], "")
            else:
                self.refused.append((verdict["status"], {**paper, "answer": verdict}))
