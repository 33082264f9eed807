"""What became of a contract's welcome mails, in one word: the worst of them."""

from datetime import timedelta
from enum import StrEnum

from sqlalchemy import TIMESTAMP, ColumnElement, FromClause, Text, case, cast, func, literal, null, select, true

from bball_tui.database import models
from bball_tui.database.states import ContractStatus, OutboxState
from bball_tui.league.contracts.lifecycle import ONCE_SIGNED
from bball_tui.mail.kinds.welcome import WelcomeMail
from bball_tui.outbox.mail_conditions import is_bounced, is_held, is_in_folder, is_parked, is_waiting
from bball_tui.outbox.retention import KEEP_DAYS
from bball_tui.outbox.state_words import state_name


class WelcomeState(StrEnum):
    """The worst first. ``came_back``: after it was accepted; ``parked``: staff put it aside; ``held``: the undo time
    runs; ``waiting``: for the link of the team chat; ``in_folder``: no mail server had it; ``none``: no mail.
    """

    FAILED = "failed"
    CAME_BACK = "came_back"
    IN_DOUBT = "in_doubt"
    PARKED = "parked"
    NO_ADDRESS = "no_address"
    HELD = "held"
    WAITING = "waiting"
    QUEUED = "queued"
    SENDING = "sending"
    IN_FOLDER = "in_folder"
    SENT = "sent"
    CANCELLED = "cancelled"
    SUPPRESSED = "suppressed"
    NONE = "none"

    @property
    def words(self) -> str:
        """What people read."""
        return state_name(self)

    @property
    def name_in_json(self) -> str:
        """What scripts read: a mail in a folder counts as sent there, as in the database."""
        return str(WelcomeState.SENT if self is WelcomeState.IN_FOLDER else self)


_RANK = {str(state): place for place, state in enumerate(WelcomeState)}


def welcome_of(contract: FromClause) -> FromClause:
    """A lateral table with one row for each contract: ``welcome`` (a word) and ``welcome_at`` (None: no moment).

    Only the mails of the latest signing count. A contract that was never signed has no welcome mail: what
    undo took back was never promised.
    """
    of, outbox = contract.c, models.Outbox.__table__.c
    held = (outbox.state == OutboxState.QUEUED) & is_held()
    word = case(
        ((outbox.state == OutboxState.DEAD) & is_parked(), _word(WelcomeState.PARKED)),
        (outbox.state == OutboxState.DEAD, _word(WelcomeState.FAILED)),
        (is_bounced(), _word(WelcomeState.CAME_BACK)),
        (is_in_folder(), _word(WelcomeState.IN_FOLDER)),
        (is_waiting(), _word(WelcomeState.WAITING)),
        (held, _word(WelcomeState.HELD)),
        else_=outbox.state,
    )
    moment = case(
        (is_waiting(), cast(null(), TIMESTAMP(timezone=True))),
        (outbox.state == OutboxState.QUEUED, outbox.available_at),
        else_=func.coalesce(outbox.finalized_at, outbox.wire_started_at, outbox.claimed_at),
    )
    mail = (
        select(word.label("word"), moment.label("moment"))
        .where(
            outbox.contract_id == of.id,
            outbox.kind == WelcomeMail.kind,
            func.split_part(outbox.dedupe_key, ":", 3) == cast(of.revision, Text),
            of.status.in_(ONCE_SIGNED),
        )
        .order_by(case(_RANK, value=word), moment)
        .limit(1)
        .correlate(contract)
        .lateral("mail")
    )
    return (
        select(
            func.coalesce(mail.c.word, _without_mail(contract)).label("welcome"),
            mail.c.moment.label("welcome_at"),
        )
        .select_from(select(literal(1)).subquery("one").outerjoin(mail, true()))
        .correlate(contract)
        .lateral("welcome")
    )


def _without_mail(contract: FromClause) -> ColumnElement[str]:
    """Why there is no mail at all."""
    of, link, guardian = contract.c, models.PlayerGuardian.__table__, models.Guardian.__table__
    suppression = models.Suppression.__table__
    blocked = (
        select(literal(1))
        .select_from(link)
        .join(guardian, guardian.c.id == link.c.guardian_id)
        .join(suppression, suppression.c.address == guardian.c.address)
        .where(
            link.c.player_id == of.player_id,
            link.c.receives_email,
            suppression.c.league_id == of.league_id,
            suppression.c.lifted_at.is_(None),
        )
        .correlate(contract)
        .exists()
    )
    # Mails as old as that are not kept, so nothing can be said about them.
    forgotten = of.updated_at < func.now() - timedelta(days=KEEP_DAYS)
    return case(
        (of.status != ContractStatus.SIGNED, _word(WelcomeState.NONE)),
        (forgotten, _word(WelcomeState.NONE)),
        (blocked, _word(WelcomeState.SUPPRESSED)),
        else_=_word(WelcomeState.NO_ADDRESS),
    )


def _word(state: WelcomeState) -> ColumnElement[str]:
    return literal(str(state), Text)
