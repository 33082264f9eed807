"""What a database error means to a person: it is away, or it does not let them."""

from collections.abc import Sequence

import psycopg
from sqlalchemy import exc

from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.wording import listed

LONGEST_WHY = 300
"""Characters of what the driver says, the longest that is shown."""


class DatabaseUnavailable(BballError):
    """The server cannot be reached, or went away. Nothing that was not committed has happened."""


class DatabaseAway(DatabaseUnavailable):
    """It does not answer at all. ``why`` is what driver or server say of it, on one line; it may be empty.

    ``where`` says which one it is, when it did not answer from the beginning.
    """

    def __init__(self, why: str, where: str | None = None) -> None:
        reason = _("\nThe reason given: {why}.").format(why=why.rstrip(".")) if why else ""
        super().__init__(
            _(
                "The database cannot be reached at the moment. What was not confirmed has not happened; "
                "nothing else is lost. Try again."
            )
            if where is None
            else _("The database does not answer: {where}.{reason}").format(where=where, reason=reason)
        )
        self.why = why
        self.where = where


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
        return DatabaseAway(_first_line(original or error))
    return None


def _first_line(error: BaseException) -> str:
    """What went wrong, without the driver's advice in the lines below, and without what every such text begins with."""
    line = next(iter(str(error).strip().splitlines()), "")
    for beginning in ("connection failed: ", "connection is bad: "):
        line = line.removeprefix(beginning)
    return line.strip()[:LONGEST_WHY]
