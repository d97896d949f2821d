"""How does a customer get to see a case? `link CASE`: a signed address for one case, for so many days."""

import argparse
from datetime import timedelta

from adapters.cli.desk import opened, the_case, who
from adapters.cli.options import add_by_option, add_desk_options
from adapters.cli.speech import NotFine, Speech, WrongUse
from adapters.settings import Settings, read_settings
from adapters.signing.customer_link import make_link
from adapters.web.customer import PREFIX
from engine.model.customer import VALID_DAYS_MAX
from engine.ports.trail import Deed


def arguments(parser: argparse.ArgumentParser, speech: Speech) -> None:
    """`link CASE [--days N] [--by WHO]`."""
    parser.add_argument("case", metavar="CASE", help=speech.of("单号:流水号、运单号,或完整的 id", "a number of the case, or its id"))
    parser.add_argument(
        "--days", type=int, metavar="N",
        help=speech.of("几天内有效(不写就照规则里 customer 的 valid)", "valid for so many days (default: `valid` under `customer` of the rules)"),
    )  # fmt: skip
    add_by_option(parser, speech)
    add_desk_options(parser, speech)


def run(options: argparse.Namespace, speech: Speech) -> int:
    """Print the address; who made it for which case is kept in the audit, the address is not."""
    if options.days is not None and not 1 <= options.days <= VALID_DAYS_MAX:
        raise WrongUse(f"--days 写 1 到 {VALID_DAYS_MAX}", f"--days is 1 to {VALID_DAYS_MAX}")
    settings = read_settings()
    if not settings.link_keys:
        raise NotFine(
            "没有签名的密钥:设 WAYBILL_LINK_KEYS=版本:密钥(密钥至少 16 个字符),和服务用同一个",
            "no key to sign with: set WAYBILL_LINK_KEYS=version:key (16 characters at least), the same as the service's",
        )
    with opened(options, speech) as desk:
        row = the_case(desk, options.case)
        workflow = desk.rulebook.workflows.get(row.workflow)
        if workflow is None or workflow.customer is None:
            raise NotFine(
                f"流程“{row.workflow}”没有给客户看的页(规则里的 customer:)",
                f"workflow {row.workflow!r} has no page for customers (`customer:` in the rules)",
            )
        now = desk.desk.now()
        until = now + timedelta(days=options.days or workflow.customer.valid_days)
        address = f"{_base(settings)}{PREFIX}/{make_link(tuple(settings.link_keys.values()), row.id, until)}"
        desk.stores.trail.write(Deed(at=now, who=who(options), what="link.make", about=row.id, detail=f"until {until:%Y-%m-%d}"))
    speech.say(address, address)
    speech.data({"case": row.id, "link": address, "until": until.isoformat()})
    return 0


def _base(settings: Settings) -> str:
    return settings.link_url or settings.desk_url or f"http://{settings.host}:{settings.port}"
