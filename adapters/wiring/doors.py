"""What do the console and the customer's page need of a desk?"""

import os

from adapters.clock import SystemClock, fresh_nonce
from adapters.sql.facts import store_facts
from adapters.sql.stores import SqlStores
from adapters.web.app import own_version
from adapters.web.console.oidc import Provider, sign_on_of
from adapters.web.console.stores import DeskStores
from adapters.web.console.visit import Console
from adapters.web.customer import CustomerDoor
from adapters.wiring.options import SECOND_PERSON, Options
from engine.service.desk import Desk


def console_of(desk: Desk, stores: DeskStores, options: Options, *, decides: bool = True) -> Console:
    """What the pages share. Sessions and the audit go by the machine's clock, also in a demonstration."""
    clock = SystemClock()
    database = stores.database if isinstance(stores, SqlStores) else None
    sign_on = sign_on_of(os.environ, options.desk_url)
    return Console(
        desk=desk, stores=stores, now=clock.now, monotonic=clock.monotonic, nonce=fresh_nonce, lang=options.lang, origin=options.desk_url,
        version=own_version(), decides=decides, provider=Provider(sign_on, clock.now, clock.monotonic) if sign_on else None,
        second_person=options.publish == SECOND_PERSON or not decides,
        store=lambda: store_facts(database, options.db) if database is not None else {}, undo_seconds=options.undo_seconds,
    )  # fmt: skip


def customer_door(desk: Desk, options: Options) -> CustomerDoor:
    """The pages behind the customers' links. Paces go by the machine's clock, links by the desk's."""
    clock = SystemClock()
    return CustomerDoor(
        desk=desk, keys=options.link_keys, monotonic=clock.monotonic, nonce=fresh_nonce, lang=options.lang, proxies=options.proxies
    )  # fmt: skip
