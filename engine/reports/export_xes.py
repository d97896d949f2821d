"""How are journals handed to process-mining tools case by case? As XES (IEEE 1849): a trace per case, an event per event that happened."""

from collections.abc import Iterable, Iterator, Mapping
from xml.sax.saxutils import quoteattr

from engine.model.rulebook import Rulebook
from engine.reports.export_rows import Step, kin, parcel_of, steps, text
from engine.reports.report_shape import Dossier

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849-2016" xes.features="" xmlns="http://www.xes-standard.org/">
  <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
  <extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
  <extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
  <extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
  <global scope="trace"><string key="concept:name" value=""/></global>
  <global scope="event"><string key="concept:name" value=""/><date key="time:timestamp" value="1970-01-01T00:00:00+00:00"/></global>
  <classifier name="activity" keys="concept:name"/>
"""


def xes(rulebook: Rulebook, dossiers: Iterable[Dossier], workflow: str | None = None) -> Iterator[str]:
    """The file in pieces, one per case; a case of which nothing stands has no trace. `workflow`: only cases of this one."""
    yield HEAD
    for dossier in dossiers:
        if workflow is None or dossier.case.workflow == workflow:
            written = [_event(step) for step in steps(rulebook, dossier)]
            if written:
                yield f"  <trace>\n{_strings(_of_case(dossier), 4)}{''.join(written)}  </trace>\n"
    yield "</log>\n"


def _of_case(dossier: Dossier) -> dict[str, str]:
    case, parcel = dossier.case, parcel_of(dossier)
    return {
        "concept:name": case.id, "workflow": case.workflow, "state": case.state, **({"parcel": parcel} if parcel else {}),
        **{how: other for other, how in kin(dossier).items()},
    }  # fmt: skip


def _event(step: Step) -> str:
    known = {"concept:name": step.name, "lifecycle:transition": "complete", "org:resource": step.by, "id": step.id, **step.values}
    cause = {"caused_by": step.cause} if step.cause else {}
    return f'    <event>\n      <date key="time:timestamp" value="{step.at.isoformat()}"/>\n{_strings({**known, **cause}, 6)}    </event>\n'


def _strings(values: Mapping[str, str], indent: int) -> str:
    return "".join(f"{' ' * indent}<string key={quoteattr(text(key))} value={quoteattr(text(value))}/>\n" for key, value in values.items())
