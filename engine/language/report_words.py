"""Which reports are there, and what may their rows be sorted by? Names for the check; a test holds them against the reports themselves."""

from collections.abc import Mapping

_PLACES = ("area", "lane", "customer", "tier", "source")

REPORTS: Mapping[str, tuple[str, ...]] = {
    "pickup": (*_PLACES, "courier", "policy", "packaging"),
    "sla": ("policy", *_PLACES, "topic", "severity"),
    "efficiency": ("topic", "severity", "person", *_PLACES),
    "quality": (*_PLACES, "topic", "severity"),
    "workload": ("person", *_PLACES, "topic"),
    "trends": ("type", *_PLACES, "topic", "severity"),
    "complaints": ("cause", "topic", "severity", *_PLACES),
    "feedback": (*_PLACES, "courier", "packaging"),
    "accounts": _PLACES,
    "customers": (*_PLACES, "topic"),
    "origin": (*_PLACES, "packaging"),
    "satisfaction": ("outcome", *_PLACES, "topic"),
    "escalations": ("chain", "policy", *_PLACES, "topic"),
    "messages": ("channel", "message", *_PLACES),
}
"""Report -> the words of `by` and `only`, beside every field."""
