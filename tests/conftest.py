"""What do all tests share? A real PostgreSQL, started when the first one asks for it, and a ground on either database."""

from tests.ground import ground
from tests.postgres import postgres

__all__ = ["ground", "postgres"]
