"""Who is put together with whom? The composition root: the only package that knows everyone."""

from adapters.wiring.daemon import Daemon
from adapters.wiring.opening import MEMORY, Opened, RulesRefused, load_rules, open_desk
from adapters.wiring.options import SECOND_PERSON, Options
from adapters.wiring.process import run_daemon, run_web

__all__ = ["MEMORY", "SECOND_PERSON", "Daemon", "Opened", "Options", "RulesRefused", "load_rules", "open_desk", "run_daemon", "run_web"]
