"""In which world do the tests of the command line run? One without settings, so that Chinese and the defaults hold."""

import pytest


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of whoever runs the tests does not speak here."""
    for name in ("LANG", "WAYBILL_LANG", "WAYBILL_DB", "WAYBILL_RULES", "WAYBILL_DEBUG", "WAYBILL_TOKENS"):
        monkeypatch.delenv(name, raising=False)
