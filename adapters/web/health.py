"""Is it well? The truth about the daemon as JSON, and as numbers for Prometheus."""

import re
from collections.abc import Callable, Iterable, Sequence

from prometheus_client import CollectorRegistry, Counter, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from adapters.web.call import Call, Reply
from adapters.web.shapes import diagnostic_shape
from engine.ports.attempts import CircuitState
from engine.reports.providers import ProviderLine, provider_lines
from engine.service.desk import Desk, Health, Said

_NOT_A_NAME = re.compile(r"[^a-zA-Z0-9_]")


class Counters:
    """What the gate itself counts, in a registry of its own so that two apps in one process do not mix."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter("waybill_http_requests", "HTTP requests answered", ["route", "method", "status"], registry=self.registry)
        self._events = Counter("waybill_events_received", "Events by the answer given", ["said"], registry=self.registry)
        self._turned_away = Counter("waybill_reports_turned_away", "Reports refused unread", ["connection", "why"], registry=self.registry)

    def request(self, route: str, method: str, status: int) -> None:
        """One request was answered. `route` is the pattern, never the address."""
        self._requests.labels(route, method, str(status)).inc()

    def event(self, said: Said) -> None:
        """One event was answered."""
        self._events.labels(said.value).inc()

    def turned_away(self, connection: str, why: str) -> None:
        """One report was not even read."""
        self._turned_away.labels(connection, why).inc()


class HealthRooms:
    """GET /healthz, GET /metrics."""

    def __init__(self, desk: Desk, counters: Counters) -> None:
        self._desk = desk
        self._counters = counters

    def healthz(self, call: Call) -> Reply:
        """200 while a supervisor may leave it running, else 503."""
        health = self._desk.health()
        refused = self._desk.refused_rules() if health.rulebook_problems else ()
        body = {
            "ok": health.ok,
            "reasons": list(health.reasons),
            "last_beat_age_seconds": health.last_beat_age_seconds,
            "numbers": dict(health.numbers),
            "rulebook": health.rulebook,
            "rulebook_problems": health.rulebook_problems,
            "refused_rules": [diagnostic_shape(each, call.lang) for each in refused[:20]],
            "silent_feeds": list(health.silent_feeds),
            "channels_down": list(health.channels_down),
        }
        return Reply(status=200 if health.ok else 503, body=body)

    def metrics(self, call: Call) -> Reply:
        """Prometheus text: the desk's numbers now, and what the gate counted."""
        now = CollectorRegistry(auto_describe=False)
        now.register(_HealthNow(self._desk.health()))
        now.register(_ProvidersNow(provider_lines(self._desk.rulebook(), self._desk.providers.counters.book, self._desk.now())))
        text = generate_latest(now) + generate_latest(self._counters.registry)
        return Reply(text=text.decode("utf-8"), media_type="text/plain; version=0.0.4")


class _HealthNow(Collector):
    def __init__(self, health: Health) -> None:
        self._health = health

    def collect(self) -> Iterable[Metric]:
        health = self._health
        yield GaugeMetricFamily("waybill_ok", "1 if well", value=float(health.ok))
        yield GaugeMetricFamily("waybill_last_beat_age_seconds", "Age of the last heartbeat", value=health.last_beat_age_seconds)
        yield GaugeMetricFamily("waybill_rulebook_problems", "Diagnostics of a refused newer rule set", value=health.rulebook_problems)
        yield GaugeMetricFamily("waybill_silent_feeds", "Connections fallen silent", value=len(health.silent_feeds))
        yield GaugeMetricFamily("waybill_channels_down", "Channels with an open circuit", value=len(health.channels_down))
        for name, number in health.numbers.items():
            yield GaugeMetricFamily("waybill_" + _NOT_A_NAME.sub("_", name), "Of the desk's books", value=float(number))


class _ProvidersNow(Collector):
    def __init__(self, lines: Sequence[ProviderLine]) -> None:
        self._lines = lines

    def collect(self) -> Iterable[Metric]:
        yield _gauge("open_for_business", "1 if its breaker is closed", self._lines, lambda one: float(one.state is CircuitState.CLOSED))
        yield _gauge("requests_day", "Requests of the last 24 hours", self._lines, lambda one: one.asked)
        yield _gauge("requests_per_minute", "Over the last ten minutes", self._lines, lambda one: one.per_minute)
        yield _gauge("answer_p95_seconds", "Of the answers of the last hour", self._lines, lambda one: one.p95_seconds)
        yield _gauge("receipts_outstanding", "Accepted within 24 hours, and no receipt yet", self._lines, lambda one: one.outstanding)
        yield _gauge("last_receipt_at", "When the last receipt came (epoch)", self._lines,
                     lambda one: one.last_receipt_at.timestamp() if one.last_receipt_at else None)  # fmt: skip
        yield _gauge("money_today", "In the currency of the provider", self._lines,
                     lambda one: float(one.money_today) if one.money_today is not None else None)  # fmt: skip
        answers = GaugeMetricFamily("waybill_adapter_answers_day", "Answers of the last 24 hours", labels=["adapter", "verdict"])
        for line in self._lines:
            for verdict, number in line.answers.items():
                answers.add_metric([line.connection, verdict], number)
        yield answers


def _gauge(name: str, told: str, lines: Sequence[ProviderLine], value: Callable[[ProviderLine], float | None]) -> Metric:
    """One number per adapter; what is not known is left out."""
    family = GaugeMetricFamily(f"waybill_adapter_{name}", told, labels=["adapter"])
    for line in lines:
        number = value(line)
        if number is not None:
            family.add_metric([line.connection], number)
    return family
