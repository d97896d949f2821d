"""What would have been sent? A counter that records instead of sending: for quick starts, stories, drills and tests."""

import logging
import threading
from collections import OrderedDict
from dataclasses import dataclass
from enum import StrEnum

from engine.model.masks import mask_phone
from engine.model.receipt import Capabilities, Parcel, Receipt, Sent, Verdict
from engine.ports.clock import Clock

KEPT_MAX = 10_000
_LOG = logging.getLogger("waybill.recorder")


class Mode(StrEnum):
    """How the counter behaves (the stories' `channels:`)."""

    UP = "up"
    REFUSES = "refuses"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Recorded:
    """One parcel as it came to the counter, with what was answered."""

    parcel: Parcel
    receipt: Receipt


class Recorder:
    """A gateway for any channel. Keeps the last KEPT_MAX parcels in memory; the log line shows the address masked and no text."""

    def __init__(self, name: str, clock: Clock, *, mode: Mode = Mode.UP, kept_max: int = KEPT_MAX) -> None:
        self.name = name
        self.capabilities = Capabilities(dedup_by_key=True, look_up=True, validity=True)
        self.mode = mode
        self._clock = clock
        self._kept_max = kept_max
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Recorded] = OrderedDict()

    @property
    def carried(self) -> tuple[Parcel, ...]:
        """What truly left, oldest first."""
        with self._lock:
            return tuple(each.parcel for each in self._kept.values() if each.receipt.verdict is Verdict.DELIVERED)

    def send(self, parcel: Parcel) -> Receipt:
        """Delivered when up; rejected for the account's sake when it refuses; no answer, and nothing carried, when silent."""
        with self._lock:
            earlier = self._kept.get(parcel.key)
            if earlier is not None and earlier.receipt.verdict is Verdict.DELIVERED:
                return earlier.receipt
            receipt = self._answer(parcel)
            self._kept[parcel.key] = Recorded(parcel, receipt)
            self._kept.move_to_end(parcel.key)
            while len(self._kept) > self._kept_max:
                self._kept.popitem(last=False)
        _LOG.info("recorded", extra=_line(self.name, parcel, receipt))
        return receipt

    def look_up(self, sent: Sent) -> Receipt | None:
        """The truth: delivered, refused, or (once it speaks again) certainly not carried. None for a key it never saw."""
        with self._lock:
            kept = self._kept.get(sent.key)
            if kept is None:
                return None
            if kept.receipt.verdict is Verdict.UNKNOWN and self.mode is not Mode.SILENT:
                return Receipt(
                    verdict=Verdict.REJECTED, reason="expired", key=sent.key, at=self._clock.now(), detail="never carried", final=True
                )
            return kept.receipt

    def cancel(self, key: str) -> None:
        """Nothing is queued here, so nothing can be taken back."""

    def probe(self) -> bool:
        """Open when up."""
        return self.mode is Mode.UP

    def _answer(self, parcel: Parcel) -> Receipt:
        now = self._clock.now()
        provider_id = f"recorder-{parcel.key}"
        if parcel.expired(now):
            return Receipt(verdict=Verdict.REJECTED, reason="expired", key=parcel.key, at=now, final=True)
        match self.mode:
            case Mode.UP:
                return Receipt(verdict=Verdict.DELIVERED, reason="receipt", key=parcel.key, at=now, provider_id=provider_id, final=True)
            case Mode.REFUSES:
                return Receipt(verdict=Verdict.REJECTED, reason="account", key=parcel.key, at=now)
            case Mode.SILENT:
                return Receipt(verdict=Verdict.UNKNOWN, reason="no_answer", key=parcel.key, at=now)


def _line(name: str, parcel: Parcel, receipt: Receipt) -> dict[str, str | int]:
    return {
        "gateway": name,
        "effect": parcel.effect_id,
        "what": parcel.command or parcel.message,
        "to": mask_phone(parcel.address),
        "chars": len(parcel.text),
        "verdict": receipt.verdict.value,
        "reason": receipt.reason,
    }
