"""What a row of the outbox is, as conditions for the database. Apart from the list of mails, which the first rows of
contracts do without. Of the table itself, since SQLAlchemy takes longer for a class."""

from sqlalchemy import Boolean, ColumnElement, SQLColumnExpression, func, literal_column

from bball_tui.database.models import Outbox
from bball_tui.database.states import OutboxState
from bball_tui.settings import STAY_HERE

_outbox = Outbox.__table__.c

PARKED = "parked"
"""The class of a mail that staff put aside: it waits for them and for nothing else."""
ERASED_ADDRESS = "@erased.invalid"
"""What the addresses of those who were erased end with, as `bball_erase` writes them."""


MAY_HAVE_LEFT = """EXISTS (
    SELECT FROM outbox_attempt AS attempt
    WHERE attempt.outbox_id = outbox.id AND (attempt.outcome IN ('accepted', 'in_doubt')
        OR attempt.outcome = 'worker_lost' AND attempt.wire_started_at IS NOT NULL))"""
"""SQL: one of the tries of a mail was not turned away for sure, so somebody may have it."""


def may_have_left() -> ColumnElement[bool]:
    """Whether somebody may have a mail that waits or failed."""
    return literal_column(MAY_HAVE_LEFT, Boolean)


def is_claimed() -> ColumnElement[bool]:
    """Whether a worker has a mail in hand that is not on the wire."""
    return (_outbox.state == OutboxState.SENDING) & _outbox.wire_started_at.is_(None)


def can_be_taken() -> ColumnElement[bool]:
    """Whether a worker has a mail in hand that can be taken from it: by mailers, for that is a worker's own move."""
    return is_claimed() & (_outbox.league_id == func.any(func.bball_leagues("mailer")))


def is_waiting() -> ColumnElement[bool]:
    """Whether a mail waits for something besides its turn."""
    return (_outbox.state == OutboxState.QUEUED) & _outbox.waits_for.is_not(None)


def is_held() -> ColumnElement[bool]:
    """Whether a queued mail waits for the undo time to pass: no worker has ever seen it."""
    return (_outbox.available_at > func.now()) & (_outbox.claims == 0) & _outbox.waits_for.is_(None)


def is_parked() -> ColumnElement[bool]:
    """Whether staff put a dead mail aside; False for one without a class."""
    return _outbox.error_class.is_not_distinct_from(PARKED)


def is_bounced() -> ColumnElement[bool]:
    """Whether an accepted mail came back and nobody dealt with that yet. Of who was erased there is nobody to tell."""
    erased = _outbox.recipient.endswith(ERASED_ADDRESS)
    return _outbox.bounced_at.is_not(None) & _outbox.bounce_settled_at.is_(None) & ~erased


def is_in_folder() -> ColumnElement[bool]:
    """Whether a mail that counts as sent was only written to a folder."""
    return (_outbox.state == OutboxState.SENT) & through_a_folder(_outbox.provider)


def through_a_folder(provider: SQLColumnExpression[str | None]) -> ColumnElement[bool]:
    """Whether what went through ``provider`` stayed on the machine that wrote it."""
    return func.split_part(func.coalesce(provider, ""), ":", 1).in_(STAY_HERE)
