"""Statements are translated into SQL once a run, though every test has an engine of its own."""

from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.util import LRUCache

MOST = 3000
"""Statements that are kept: more than the program has, and little memory."""


class _OfAnyEngine(LRUCache[Any, Any]):
    """SQLAlchemy's own cache, in which two engines of the same kind know the same statements.

    A key begins with the engine's dialect, and all that talk to the run's server are alike.
    """

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(_alike(key), default)

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(_alike(key), value)


def _alike(key: Any) -> Any:
    dialect, *statement = key
    return (type(dialect), *statement)


_translated = _OfAnyEngine(MOST)


def share_translations() -> None:
    """From now on every connection of every engine of this process uses one cache."""
    event.listen(Engine, "engine_connect", _use)


def _use(connection: Connection) -> None:
    connection.execution_options(compiled_cache=_translated)
