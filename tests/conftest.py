"""What do all tests share? A real PostgreSQL, started when the first one asks for it."""

from tests.postgres import postgres

__all__ = ["postgres"]
