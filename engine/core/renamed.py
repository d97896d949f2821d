"""What was it called before? `was: old_name` keeps the identity of a policy, chain or message in a case's ledger."""

from collections.abc import Mapping
from dataclasses import replace

from engine.core.goes_by import renames_since
from engine.core.once import once
from engine.model.case import ChainRun, Issued, Ledger
from engine.model.rulebook import Rulebook

Names = Mapping[str, str]
KINDS = ("policies", "chains", "messages")
"""Old name -> name now."""


def renamed(ledger: Ledger, rulebook: Rulebook) -> Ledger:
    """The ledger under the names in force: a rename changes no row (law I10)."""
    since = renames_since(rulebook, ledger.rules)
    own = _names(rulebook)
    if not since and not any(own):
        return ledger
    policies, chains, messages = ({**names, **since.get(kind, {})} for kind, names in zip(KINDS, own, strict=True))
    if not (policies or chains or messages):
        return ledger
    return replace(
        ledger,
        issued=tuple(_issued(one, policies, chains, messages) for one in ledger.issued),
        chains=tuple(_chain(one, policies, chains, messages) for one in ledger.chains),
        fired={_first(key, policies): fired for key, fired in ledger.fired.items()},
        gens={_gen_key(key, policies, chains): gen for key, gen in ledger.gens.items()},
        late=tuple(_first(key, policies) for key in ledger.late),
        corrected=tuple(_first(key, policies) for key in ledger.corrected),
        dues={_first(key, policies): due for key, due in ledger.dues.items()},
        floors={_floor_key(key, policies): floor for key, floor in ledger.floors.items()},
        closed={_first(key, policies): closed for key, closed in ledger.closed.items()},
        told=tuple(_cause(key, policies) for key in ledger.told),
    )


@once(64)
def _names(rulebook: Rulebook) -> tuple[Names, Names, Names]:
    kinds = (rulebook.policies, rulebook.chains, rulebook.messages)
    policies, chains, messages = ({one.was: one.name for one in kind.values() if one.was and one.was not in kind} for kind in kinds)
    return policies, chains, messages


def _first(key: str, names: Names) -> str:
    """`policy|...` under its name now."""
    name, bar, rest = key.partition("|")
    return f"{names.get(name, name)}{bar}{rest}"


def _floor_key(key: str, names: Names) -> str:
    return f"={_first(key[1:], names)}" if key.startswith("=") else _first(key, names)


def _gen_key(key: str, policies: Names, chains: Names) -> str:
    kind, colon, name = key.partition(":")
    return f"chain:{chains.get(name, name)}" if kind == "chain" and colon and "|" not in name else _first(key, policies)


def _reason(reason: str, policies: Names, chains: Names) -> str:
    kind, _, rest = reason.partition(":")
    if kind == "clock":
        return f"clock:{_first(rest, policies)}"
    if kind == "chain":
        name, hash_, gen = rest.partition("#")
        return f"chain:{chains.get(name, name)}{hash_}{gen}"
    return reason


def _cause(cause: str, policies: Names) -> str:
    kind, colon, name = cause.partition(":")
    return f"{kind}:{_first(name, policies)}" if colon and kind in ("c", "on_hold") else cause


def _issued(one: Issued, policies: Names, chains: Names, messages: Names) -> Issued:
    return replace(
        one,
        cause=_cause(one.cause, policies),
        reason=_reason(one.reason, policies, chains),
        row=_row(one.row, policies),
        message=messages.get(one.message, one.message) if one.message else None,
        chain=chains.get(one.chain, one.chain) if one.chain else None,
    )


def _row(row: str, policies: Names) -> str:
    name, slash, rest = row.partition("/")
    return f"{policies.get(name, name)}{slash}{rest}"


def _chain(run: ChainRun, policies: Names, chains: Names, messages: Names) -> ChainRun:
    kind, _, name = run.why.partition(":")
    return replace(
        run,
        chain=chains.get(run.chain, run.chain),
        reasons=tuple(_reason(one, policies, chains) for one in run.reasons),
        why=f"policy:{policies.get(name, name)}" if kind == "policy" else run.why,
        row=_row(run.row, policies),
        message=messages.get(run.message, run.message) if run.message else None,
    )
