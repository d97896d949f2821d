"""Which reports are there? Every sheet by name, for the command line and for pages."""

from engine.reports.report_accounts import ACCOUNTS
from engine.reports.report_complaints import COMPLAINTS
from engine.reports.report_customers import CUSTOMERS
from engine.reports.report_efficiency import EFFICIENCY
from engine.reports.report_escalations import ESCALATIONS
from engine.reports.report_groups import papers_for
from engine.reports.report_messages import MESSAGES
from engine.reports.report_origin import ORIGIN
from engine.reports.report_pickup import PICKUP
from engine.reports.report_quality import QUALITY
from engine.reports.report_satisfaction import SATISFACTION
from engine.reports.report_shape import Paper, Scope, Sheet
from engine.reports.report_sla import SLA
from engine.reports.report_trends import TRENDS
from engine.reports.report_troubles import FEEDBACK
from engine.reports.report_workload import WORKLOAD

SHEETS: dict[str, Sheet] = {
    sheet.name: sheet
    for sheet in (
        PICKUP, SLA, EFFICIENCY, QUALITY, WORKLOAD, TRENDS, COMPLAINTS, FEEDBACK, ACCOUNTS, CUSTOMERS, ORIGIN, SATISFACTION, ESCALATIONS, MESSAGES,
    )
}  # fmt: skip


def papers_of(sheet: Sheet, scope: Scope) -> frozenset[Paper]:
    """What must be read of each case to fill this sheet."""
    return sheet.needs.union(*(papers_for(scope.rulebook, by) for by in (*scope.by, *(by for by, _ in scope.only))))
