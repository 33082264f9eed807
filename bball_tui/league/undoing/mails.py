"""The e-mails of an act that is undone: what it promised is canceled, what it changed is as before."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.audit import Entry, record
from bball_tui.database.listing import among
from bball_tui.database.models import Outbox
from bball_tui.database.states import ROW, OutboxState
from bball_tui.language import _, stored
from bball_tui.league.league_clock import LeagueClock
from bball_tui.league.undoing.own_acts import OwnAct, Row
from bball_tui.mail.transports import stays_here
from bball_tui.outbox.mail_conditions import can_be_taken, is_claimed, may_have_left
from bball_tui.outbox.put_back import put_back
from bball_tui.outbox.staff_actions import CANCELLABLE, CLAIMED, cancel

WHY = stored("undone")
_NEVER_LEFT = (OutboxState.DEAD, OutboxState.CANCELLED, OutboxState.SUPPRESSED)
_GOES = (*CANCELLABLE, OutboxState.SENDING)
"""The states of a mail that is canceled where nothing is in the way."""
_UNCHANGED = frozenset({"outbox_rewritten", "outbox_redirected", "outbox_left_to_another", "outbox_sent_again"})
"""What says of a mail that another one goes, or that it says something else."""


class ActMails(Struct, frozen=True):
    """The mails that an act touched: ``now`` as they are, by id; ``promised`` by it; ``was`` what the audit kept of the
    others, and ``after`` the state in which the act left them.
    """

    now: Mapping[int, Any]
    promised: frozenset[int]
    was: Mapping[int, Mapping[str, Any]]
    after: Mapping[int, str]
    rewritten: frozenset[int]
    settled: frozenset[int]
    """Mails that had come back, and with which the act dealt."""

    def of_contracts(self, contract_ids: Collection[int]) -> "ActMails":
        """Those about these contracts."""
        return self.of({one for one, mail in self.now.items() if mail.contract_id in contract_ids})

    def of(self, ids: Collection[int]) -> "ActMails":
        """Those of these ids."""
        wanted = set(ids)

        def some(found: Mapping[int, Any]) -> dict[int, Any]:
            return {one: value for one, value in found.items() if one in wanted}

        return ActMails(
            some(self.now), self.promised & wanted, some(self.was), some(self.after), self.rewritten & wanted,
            self.settled & wanted,
        )  # fmt: skip


async def read_mails(
    session: AsyncSession, league_id: int, act: OwnAct, rows: Sequence[Row], contract_ids: Collection[int] = ()
) -> ActMails:
    """The mails of an act, and those that it promised about ``contract_ids``; held until the transaction ends."""
    own = [row for row in rows if row.entity == "outbox"]
    wanted: list[ColumnElement[bool]] = [among(Outbox.id, {row.entity_id for row in own})]
    if contract_ids:
        wanted.append(among(Outbox.contract_id, contract_ids) & (Outbox.created_at == act.at))
    columns = (Outbox.id, Outbox.contract_id, Outbox.recipient, Outbox.state, Outbox.provider, Outbox.claims,
               Outbox.bounce_settled_at, Outbox.created_at, is_claimed().label("claimed"),
               can_be_taken().label("can_be_taken"), may_have_left().label("may_have_left"),
               func.coalesce(Outbox.finalized_at, Outbox.wire_started_at, Outbox.claimed_at).label("at"))  # fmt: skip
    query = select(*columns).where(Outbox.league_id == league_id, or_(*wanted)).order_by(Outbox.id).with_for_update()
    now = {row.id: row for row in await session.execute(query)}
    was: dict[int, Mapping[str, Any]] = {}
    after: dict[int, str] = {}
    for row in own:
        if row.entity_id in now and now[row.entity_id].created_at != act.at and row.action not in _UNCHANGED:
            if row.action == "outbox_promised_instead" and row.before.get("state") not in _NEVER_LEFT:
                continue  # it was on its way already
            if ROW in row.before:
                was.setdefault(row.entity_id, row.before[ROW])
            after[row.entity_id] = row.after.get("state") or after.get(row.entity_id) or OutboxState.QUEUED
    return ActMails(
        now,
        frozenset(one for one, mail in now.items() if mail.created_at == act.at),
        was,
        {one: state for one, state in after.items() if one in was},
        frozenset(row.entity_id for row in own if row.action == "outbox_rewritten") & now.keys(),
        frozenset(one for one, mail in now.items() if mail.bounce_settled_at == act.at),
    )


# As `_left` decides for each, but for all at once and without a lock.
_UNTRIED = text(
    """
    SELECT EXISTS (
        SELECT FROM audit JOIN outbox ON outbox.league_id = audit.league_id AND outbox.id = audit.entity_id
        WHERE audit.league_id = :league_id AND audit.recorded_by = session_user AND audit.recorded_at = :at
            AND audit.entity = 'outbox' AND outbox.state NOT IN ('sent', 'sending', 'in_doubt')
            AND outbox.claims <= COALESCE((audit.before -> :row ->> 'claims')::integer, outbox.claims))
    """
)


async def any_untried(session: AsyncSession, league_id: int, act: OwnAct) -> bool:
    """Whether one of the mails of an act has neither left nor been tried since."""
    values = {"league_id": league_id, "at": act.at, "row": ROW}
    return bool(await session.scalar(_UNTRIED, values))


def obstacle(mails: ActMails, clock: LeagueClock) -> str | None:
    """Why the act cannot go back: one of its mails left, or is not anymore what the act made of it."""
    for one, mail in mails.now.items():
        changed = one in mails.promised or one in mails.was or one in mails.rewritten
        if changed and (why := _left(mail, mails, clock)):
            return why
        if one in mails.was and mail.state != mails.after[one]:
            return _("The e-mail to {recipient} has changed since.").format(recipient=mail.recipient)
    return None


def _left(mail: Any, mails: ActMails, clock: LeagueClock) -> str | None:
    when = "" if mail.at is None else _(" at {when}").format(when=clock.at(mail.at))
    to = mail.recipient
    before = mails.was.get(mail.id, {}).get("claims", mail.claims if mail.id in mails.rewritten else 0)
    promised = mail.id in mails.promised
    match OutboxState(mail.state):
        case OutboxState.SENT if stays_here(mail.provider):
            return _("The e-mail to {recipient} was written to a folder{when}.").format(recipient=to, when=when)
        case OutboxState.SENT:
            return _("The e-mail to {recipient} went out{when}.").format(recipient=to, when=when)
        case OutboxState.SENDING if promised and mail.can_be_taken:
            return None
        case OutboxState.SENDING if mail.claimed:
            return _(CLAIMED).format(recipient=to)
        case OutboxState.SENDING:
            return _("The e-mail to {recipient} is being sent right now.").format(recipient=to)
        case OutboxState.IN_DOUBT:
            return _("The e-mail to {recipient} may have gone out{when}.").format(recipient=to, when=when)
        case OutboxState.DEAD | OutboxState.QUEUED if promised and not mail.may_have_left:
            return None  # whoever tried it was turned away
        case OutboxState.DEAD if mail.claims > before:
            return _("The e-mail to {recipient} was tried{when} and failed.").format(recipient=to, when=when)
        case _ if mail.claims > before:
            return _("The e-mail to {recipient} was tried already.").format(recipient=to)
        case _:
            return None


async def take_mails_back(session: AsyncSession, league_id: int, mails: ActMails) -> tuple[int, int]:
    """Cancel what was promised and let the others be as before; how many of each. Nothing may be in the way."""
    open_ones = [one for one in sorted(mails.promised) if mails.now[one].state in _GOES]
    cancelled = (await cancel(session, league_id, open_ones, reason=WHY)).done if open_ones else ()
    await put_back(session, league_id, mails.was)
    if mails.settled:
        await session.execute(
            update(Outbox)
            .where(Outbox.league_id == league_id, among(Outbox.id, mails.settled))
            .values(bounce_settled_at=None)
            .execution_options(synchronize_session=False)
        )
    entries = [
        Entry("outbox_put_back", "outbox", one, WHY, {"state": mails.now[one].state}, {"state": was["state"]})
        for one, was in mails.was.items()
    ]
    await record(session, league_id, entries)
    return len(cancelled), len(mails.was)


def mail_words(mails: ActMails) -> list[str]:
    """What becomes of the mails, a sentence for each kind of change."""
    said = []
    if new := [mails.now[one].recipient for one in sorted(mails.promised) if mails.now[one].state in _GOES]:
        said.append(_("Canceled: the e-mail to {several}.").format(several=_several(new)))
    for state, words in (
        ("queued", _("Waits again: the e-mail to {several}.")),
        ("dead", _("Failed again: the e-mail to {several}.")),
        ("suppressed", _("Blocked again: the e-mail to {several}.")),
        ("cancelled", _("Canceled again: the e-mail to {several}.")),
    ):
        if those := [mails.now[one].recipient for one, was in mails.was.items() if was["state"] == state]:
            said.append(words.format(several=_several(those)))
    return said


def _several(names: Iterable[str], most: int = 3) -> str:
    found = list(dict.fromkeys(names))
    more = _(" and {number} more").format(number=len(found) - most) if len(found) > most else ""
    return ", ".join(found[:most]) + more
