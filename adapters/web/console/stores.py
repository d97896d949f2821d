"""Which stores does a desk with people have? Those of the service, and what is kept of its users."""

from typing import Protocol

from engine.ports.finder import Finder
from engine.ports.staff import Staff
from engine.ports.trail import Trail
from engine.ports.views import Views
from engine.service.simulate import Stores


class DeskStores(Stores, Protocol):
    """What the console reads and writes besides the desk."""

    @property
    def staff(self) -> Staff: ...
    @property
    def trail(self) -> Trail: ...
    @property
    def views(self) -> Views: ...
    @property
    def finder(self) -> Finder: ...
