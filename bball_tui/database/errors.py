"""What a database error means to a person: it is away, or it does not let them."""

import re
from collections.abc import Sequence
from typing import Self

import psycopg
from sqlalchemy import exc

from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.wording import listed

LONGEST_WHY = 300
"""Characters of what the driver says, the longest that is shown."""
REFUSED_LOGIN = "28"
"""PostgreSQL's class of states: invalid authorization."""
_REFUSALS = re.compile(
    r" authentication failed|role .* (is not permitted to log in|does not exist)|permission denied for database"
    r"|no pg_hba\.conf entry|pg_hba\.conf rejects connection|no such user"
)
"""What PostgreSQL, or PgBouncer before it, says to a login that it does not let in."""


class DatabaseUnavailable(BballError):
    """The server cannot be reached, or went away. Nothing that was not committed has happened."""


class DatabaseAway(DatabaseUnavailable):
    """It does not answer at all. ``why`` is what driver or server say of it, on one line; it may be empty.

    ``where`` says which one it is, when it did not answer from the beginning.
    """

    def __init__(self, why: str, where: str | None = None) -> None:
        reason = _("\nThe reason given: {why}.").format(why=why.rstrip(".")) if why else ""
        super().__init__(self._now() if where is None else self._at_the_start().format(where=where, reason=reason))
        self.why = why
        self.where = where

    def at(self, where: str) -> Self:
        """The same of the database called ``where``, which did not answer from the beginning."""
        return type(self)(self.why, where)

    def _now(self) -> str:
        return _(
            "The database cannot be reached at the moment. What was not confirmed has not happened; "
            "nothing else is lost. Try again."
        )

    def _at_the_start(self) -> str:
        return _("The database does not answer: {where}.{reason}")


class LoginRefused(DatabaseAway):
    """The server is there, and lets this login in no more: it was dropped or shut, or has another password."""

    def _now(self) -> str:
        return _(
            "The database does not let your login in anymore. What was not confirmed has not happened; nothing else "
            "is lost. Ask the person who set up the database."
        )

    def _at_the_start(self) -> str:
        return _("The database does not let this login in: {where}.{reason}")


class SettingsLost(BballError):
    """The server did not get what was asked of it at the beginning: a pooler stands between, and drops it."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(
            _(
                "The database connection came up without {names} as this program asked for. A pooler "
                "such as PgBouncer leaves it out. Connect to PostgreSQL directly, or use session mode "
                "and let these settings through. Nothing was changed."
            ).format(names=listed(names))
        )


class NotPermitted(BballError):
    """The person's database role may not do this."""


def explain(error: BaseException) -> BballError | None:
    """The sentence for a driver's ``error``, or None when it is not one that staff can act on."""
    original = error.orig if isinstance(error, exc.DBAPIError) else error
    if isinstance(original, psycopg.errors.InsufficientPrivilege):
        return NotPermitted(
            _("Your database role may not do this. Ask the person who set up the database to allow it.")
        )
    if isinstance(original, psycopg.errors.QueryCanceled | psycopg.errors.LockNotAvailable):
        return DatabaseUnavailable(
            _("The database is busy and did not answer in time. Nothing was changed; try again.")
        )
    if isinstance(original, psycopg.errors.DeadlockDetected):
        return DatabaseUnavailable(_("Someone else was just changing the same things. Nothing was changed; try again."))
    if isinstance(original, psycopg.errors.ReadOnlySqlTransaction):
        return NotPermitted(_("The database accepts no changes at the moment (it is read-only). Nothing was changed."))
    if isinstance(original, psycopg.errors.DiskFull):
        return DatabaseUnavailable(
            _("The database has no disk space left. Nothing was changed. Free some space, try again.")
        )
    gone = isinstance(original, psycopg.OperationalError | psycopg.InterfaceError | OSError | TimeoutError)
    if gone or (isinstance(error, exc.DBAPIError) and error.connection_invalidated):
        why = _first_line(original or error)
        return LoginRefused(why) if refuses_login(original) else DatabaseAway(why)
    return None


def refuses_login(error: BaseException | None) -> bool:
    """Whether the server itself turned the login away. Of a connection that failed libpq tells the text alone."""
    if not isinstance(error, psycopg.OperationalError):
        return False
    return (error.sqlstate or "").startswith(REFUSED_LOGIN) or bool(_REFUSALS.search(str(error)))


def _first_line(error: BaseException) -> str:
    """What went wrong, without the driver's advice in the lines below, and without what every such text begins with."""
    line = next(iter(str(error).strip().splitlines()), "")
    for beginning in ("connection failed: ", "connection is bad: "):
        line = line.removeprefix(beginning)
    return line.strip()[:LONGEST_WHY]
