"""How are journals handed to process-mining tools with their relations? As OCEL 2.0 JSON: cases and parcels are objects, events touch several."""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from engine.model.rulebook import Rulebook
from engine.reports.export_rows import PARCEL, Step, kin, parcel_of, steps, text
from engine.reports.report_shape import Dossier

Read = Callable[[], Iterable[Dossier]]
Json = dict[str, object]
ALWAYS = ("by", "id")
"""What every event has besides what its row says."""


def ocel(rulebook: Rulebook, read: Read) -> Iterator[str]:
    """The file in pieces. The cases are read twice, objects first; what comes in between is left for the next export."""
    revisions: dict[str, int] = {}
    parcels: set[str] = set()
    types: dict[str, set[str]] = {}
    yield '{"objects": ['
    yield from _joined(_objects(read, revisions, parcels))
    yield '],\n"events": ['
    yield from _joined(_events(rulebook, read, revisions, types))
    yield '],\n"objectTypes": '
    kinds = sorted({one.partition(":")[0] for one in revisions})
    yield _json([*(_type(kind, ["state"]) for kind in kinds), *([_type(PARCEL, [])] if parcels else [])])
    yield ',\n"eventTypes": '
    yield _json([_type(name, sorted(attributes)) for name, attributes in sorted(types.items())])
    yield "}\n"


def _objects(read: Read, revisions: dict[str, int], parcels: set[str]) -> Iterator[Json]:
    """Every case, and every parcel once. Related cases that are no cases of this store are left out: a file must hold what it names."""
    all_kin: dict[str, dict[str, str]] = {}
    told: dict[str, Json] = {}
    for dossier in read():
        case, parcel = dossier.case, parcel_of(dossier)
        revisions[case.id], all_kin[case.id] = case.revision, kin(dossier)
        told[case.id] = {
            "id": case.id, "type": case.workflow,
            "attributes": [{"name": "state", "time": _at(case.entered_at), "value": case.state}],
            "relationships": [{"objectId": parcel, "qualifier": "parcel"}] if parcel else [],
        }  # fmt: skip
        if parcel and parcel not in parcels:
            parcels.add(parcel)
            yield {"id": parcel, "type": PARCEL, "attributes": [], "relationships": []}
    for case_id, one in told.items():
        others = [{"objectId": other, "qualifier": how} for other, how in all_kin[case_id].items() if other in revisions]
        related = one["relationships"]
        assert isinstance(related, list)
        yield {**one, "relationships": [*related, *others]}


def _events(rulebook: Rulebook, read: Read, revisions: dict[str, int], types: dict[str, set[str]]) -> Iterator[Json]:
    for dossier in read():
        known = revisions.get(dossier.case.id, 0)
        parcel, others = parcel_of(dossier), kin(dossier)
        for step in steps(rulebook, dossier):
            if int(step.id.rpartition("/")[2]) <= known:
                types.setdefault(step.name, set(ALWAYS)).update(step.values)
                yield _event(step, dossier.case.id, parcel, [one for one in {*others, step.cause} if one in revisions])


def _event(step: Step, case: str, parcel: str, others: list[str]) -> Json:
    touched = [{"objectId": case, "qualifier": "of"}, *([{"objectId": parcel, "qualifier": "parcel"}] if parcel else [])]
    return {
        "id": step.id, "type": step.name, "time": _at(step.at),
        "attributes": [{"name": name, "value": value} for name, value in {"by": step.by, "id": step.id, **step.values}.items()],
        "relationships": [*touched, *({"objectId": one, "qualifier": "caused_by" if one == step.cause else "linked"} for one in sorted(others))],
    }  # fmt: skip


def _type(name: str, attributes: Iterable[str]) -> Json:
    return {"name": name, "attributes": [{"name": one, "type": "string"} for one in attributes]}


def _joined(values: Iterable[Json]) -> Iterator[str]:
    for place, value in enumerate(values):
        yield f"{',' if place else ''}\n{_json(value)}"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _at(at: datetime) -> str:
    return text(at.isoformat())
