"""`bball-tui outbox`: look at the mails, and list, show, retry, park, cancel, resolve; more in `outbox_sending.py`."""

import sys
from collections.abc import Sequence
from datetime import datetime

import click
from msgspec import Struct

from bball_tui.cli.context import CliContext, in_league, in_transaction, needs
from bball_tui.cli.mail_states import StateChoice
from bball_tui.cli.outbox_sending import (
    ID,
    json_option,
    outbox_fix_address,
    outbox_gates,
    outbox_open_gate,
    outbox_pause,
    outbox_read,
    outbox_resume,
    outbox_send_for_real,
)
from bball_tui.cli.output import Answer, Did, Found, exit_code, listed, plain, spoken
from bball_tui.database.engine import Session
from bball_tui.database.states import OutboxState
from bball_tui.errors import BballError
from bball_tui.league.rights import Right
from bball_tui.league.roster.family import GuardianView
from bball_tui.league.roster.notes import note_facts_of
from bball_tui.mail.from_address import Outgoing
from bball_tui.outbox import staff_actions
from bball_tui.outbox.causes import BY_NAME
from bball_tui.outbox.mail_list import BucketName, OutboxFilter, OutboxRow, list_items
from bball_tui.outbox.staff_actions import Acted, Held
from bball_tui.outbox.timeline import FrozenMail, ItemTimeline, SignedBy, item_timeline
from bball_tui.wording import counted, or_hidden

ids_argument = click.argument("ids", metavar="ID...", nargs=-1, type=ID)


class ItemLine(Struct, frozen=True):
    """One mail in the JSON of `outbox list`; the keys are a promise to scripts.

    ``state`` is that of the database, except that a dead mail is called ``failed`` as everywhere in the interface.
    """

    id: int
    kind: str
    state: str
    recipient: str
    contract_id: int | None
    attempts: int
    available_at: datetime
    error_class: str | None
    error_text: str | None
    message_id: str

    @classmethod
    def of(cls, row: OutboxRow) -> "ItemLine":
        return cls(
            id=row.id,
            kind=row.kind,
            state=spoken(row.state),
            recipient=row.recipient,
            contract_id=row.contract_id,
            attempts=row.attempts,
            available_at=row.available_at,
            error_class=row.error_class,
            error_text=row.error_text,
            message_id=row.message_id,
        )


class AttemptLine(Struct, frozen=True):
    """One attempt in the JSON of `outbox show`."""

    n: int
    worker: str
    started_at: datetime
    wire_started_at: datetime | None
    finished_at: datetime
    outcome: str
    phase: str | None
    code: str | None
    detail: str | None


class EventLine(Struct, frozen=True):
    """Something that happened, in the JSON of `outbox show`."""

    at: datetime
    text: str


class Shown(Struct, frozen=True):
    """The JSON of `outbox show`: the item as in the list, and its timeline. ``next`` is a sentence."""

    item: ItemLine
    about: str
    signature: SignedBy | None
    promised_by: str
    promised_at: datetime
    mail: FrozenMail | None
    attempts: list[AttemptLine]
    events: list[EventLine]
    next: str
    family: tuple[GuardianView, ...]


@click.group()
def outbox() -> None:
    """Look at the e-mails, and decide what to do about those that did not go out."""


for command in (
    outbox_read,
    outbox_fix_address,
    outbox_gates,
    outbox_send_for_real,
    outbox_pause,
    outbox_resume,
    outbox_open_gate,
):
    outbox.add_command(command)


@outbox.command("list")
@click.option("--state", type=StateChoice(BucketName), help="Only e-mails in this state.")
@click.option("--contract", metavar="ID", type=ID, help="Only e-mails about this contract.")
@click.option("--search", metavar="TEXT", default="", help="Only e-mails to such an address or about such a player.")
@click.option("--limit", metavar="N", type=click.IntRange(min=1), help="At most so many, the newest.")
@json_option
@in_transaction
async def outbox_list(
    context: CliContext,
    session: Session,
    state: BucketName | None,
    contract: int | None,
    search: str,
    limit: int | None,
) -> Answer:
    """List the e-mails, the newest first."""

    def cells(row: OutboxRow) -> Sequence[str]:
        next_try = "" if row.next_at is None else f"{row.next_at.astimezone(context.league.zone):%Y-%m-%d %H:%M}"
        return (str(row.id), row.bucket.words, row.recipient, row.about, next_try, row.why)

    rows = await list_items(session, context.league.id, _filter(state, contract, search), limit=limit)
    return listed(("ID", "State", "To", "About", "Next try", "Why"), rows, cells, ItemLine.of)


def _filter(state: BucketName | None, contract: int | None, search: str) -> OutboxFilter:
    if state == BucketName.QUEUED:
        # In the list a held mail is a queued one; --state held narrows it.
        return OutboxFilter(states=(OutboxState.QUEUED,), contract_id=contract, text=search)
    return OutboxFilter(bucket=state, contract_id=contract, text=search)


@outbox.command("show")
@click.argument("outbox_id", metavar="ID", type=ID)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@in_transaction
async def outbox_show(context: CliContext, session: Session, outbox_id: int) -> Answer:
    """Tell the whole history of one e-mail, and what is next."""
    timeline = await item_timeline(session, context.league.id, outbox_id, Outgoing.here(context.settings))
    contract_id = timeline.item.contract_id
    family = () if contract_id is None else (await note_facts_of(session, context.league.id, contract_id)).guardians
    return Found(lambda: _shown(timeline, family), lambda: _story(timeline, family))


def _shown(timeline: ItemTimeline, family: tuple[GuardianView, ...]) -> Shown:
    return Shown(
        item=ItemLine.of(timeline.item),
        about=timeline.item.about,
        signature=timeline.signature,
        promised_by=timeline.promised_by,
        promised_at=timeline.promised_at,
        mail=timeline.mail,
        attempts=[
            AttemptLine(
                n=one.n,
                worker=one.worker,
                started_at=one.started_at,
                wire_started_at=one.wire_started_at,
                finished_at=one.finished_at,
                outcome=one.outcome,
                phase=one.phase,
                code=one.code,
                detail=one.detail,
            )
            for one in timeline.attempts
        ],
        events=[EventLine(one.at, one.text) for one in timeline.events],
        next=timeline.next,
        family=family,
    )


def _story(timeline: ItemTimeline, family: tuple[GuardianView, ...]) -> str:
    item = timeline.item
    lines = [f"E-mail {item.id} to {item.recipient}: {item.bucket.words}"]
    if item.about:
        lines.append(f"About {item.about}" + (f", {item.team}" if item.team else ""))
    if timeline.mail is not None:
        lines.append(f"Subject: {timeline.mail.subject}")
    lines += [f"Message-ID: {item.message_id}", "", "What happened"]
    lines += [f"  {event.clock}  {event.text}" for event in timeline.events]
    lines += ["", "What is next", f"  {timeline.next}"]
    if family:
        lines += ["", "The family"]
    lines += [
        f"  {one.first} {one.last} ({one.relation}): {or_hidden(one.phone, one.phone_hidden, 'no phone')}"
        for one in family
    ]
    return "\n".join(map(plain, lines))


def _cause_named(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """The name of a cause from that name, or from the words that the list prints."""
    if value is None:
        return None
    wanted = " ".join(value.split()).casefold()
    for cause in BY_NAME.values():
        if wanted in (cause.name, cause.phrase.casefold()):
            return cause.name
    known = "; ".join(f"{cause.phrase} ({cause.name})" for cause in BY_NAME.values())
    raise click.BadParameter(f"'{plain(value)}' is no cause. The causes are: {known}.")


@outbox.command("retry")
@needs(Right.MAILS)
@ids_argument
@click.option("--failed", is_flag=True, help="All failed e-mails.")
@click.option("--cause", metavar="WORDS", callback=_cause_named, help="All that failed for this reason, as listed.")
@click.option("--reason", metavar="TEXT", help="Why, for the record.")
@click.option("--yes", is_flag=True, help="Do not ask, also where e-mails are held or set aside.")
@json_option
def outbox_retry(
    ids: tuple[int, ...], failed: bool, cause: str | None, reason: str | None, yes: bool, as_json: bool
) -> int:
    """Send failed e-mails again, and waiting ones now. It asks before it sends any that are held or set aside."""
    if bool(ids) == (failed or cause is not None):
        raise click.UsageError("Say which e-mails: ID... or --failed or --cause NAME.")
    return _retry(ids, cause, reason, yes, as_json=as_json)


@in_league
async def _retry(context: CliContext, ids: tuple[int, ...], cause: str | None, reason: str | None, yes: bool) -> Answer:
    chosen = list(ids)
    async with context.database.session() as session:
        if not ids:
            wanted = OutboxFilter(bucket=BucketName.FAILED, cause=cause)
            chosen = [row.id for row in await list_items(session, context.league.id, wanted)]
        held = await staff_actions.held_among(session, context.league.id, chosen)
    if held.sentences and not yes:  # nobody thinks while a transaction is open
        told = " ".join(held.sentences)
        if not sys.stdin.isatty():
            raise BballError(f"{told} Nothing was sent: '--yes' sends them all the same.")
        click.confirm(f"{told} Send now?", abort=True, err=True)
    async with context.database.session() as session:
        acted = await staff_actions.retry(session, context.league.id, chosen, reason=reason)
    return _answer(acted, "Queued again: {}.", "Not retried", held if acted.done else None)


@outbox.command("park")
@needs(Right.MAILS)
@ids_argument
@click.option("--reason", metavar="TEXT", required=True, help="What they wait for, for the record.")
@json_option
def outbox_park(ids: tuple[int, ...], reason: str, as_json: bool) -> int:
    """Set these e-mails aside until someone retries or cancels them."""
    if not ids:
        raise click.UsageError("Say which e-mails: ID...")
    return _park(ids, reason, as_json=as_json)


@in_transaction
async def _park(context: CliContext, session: Session, ids: tuple[int, ...], reason: str) -> Answer:
    return _answer(
        await staff_actions.park(session, context.league.id, ids, reason=reason), "Set aside: {}.", "Not set aside"
    )


@outbox.command("cancel")
@needs(Right.MAILS)
@ids_argument
@click.option("--reason", metavar="TEXT", required=True, help="Why, for the record.")
@json_option
def outbox_cancel(ids: tuple[int, ...], reason: str, as_json: bool) -> int:
    """Never send these e-mails."""
    if not ids:
        raise click.UsageError("Say which e-mails: ID...")
    return _cancel(ids, reason, as_json=as_json)


@in_transaction
async def _cancel(context: CliContext, session: Session, ids: tuple[int, ...], reason: str) -> Answer:
    return _answer(
        await staff_actions.cancel(session, context.league.id, ids, reason=reason), "Canceled: {}.", "Not canceled"
    )


@outbox.command("resolve")
@needs(Right.SENDING)
@click.argument("outbox_id", metavar="ID", type=ID)
@click.option("--arrived", is_flag=True, help="The family has the e-mail.")
@click.option("--send-again", is_flag=True, help="They do not have it: send it again.")
@click.option("--reason", metavar="TEXT", help="How you know, for the record.")
@json_option
def outbox_resolve(outbox_id: int, arrived: bool, send_again: bool, reason: str | None, as_json: bool) -> int:
    """End a doubt: the e-mail arrived, or it is to be sent again."""
    if arrived == send_again:
        raise click.UsageError("Say what you found out: --arrived or --send-again.")
    return _resolve(outbox_id, arrived, reason, as_json=as_json)


@in_transaction
async def _resolve(context: CliContext, session: Session, outbox_id: int, arrived: bool, reason: str | None) -> Answer:
    acted = await staff_actions.resolve(session, context.league.id, outbox_id, arrived=arrived, reason=reason)
    return _answer(acted, "Arrived: {}." if arrived else "Queued again: {}.", "Not resolved")


def _answer(acted: Acted, done: str, refused: str, held: Held | None = None) -> Did:
    """What became of each mail; the exit code says whether all, some or none were changed."""
    told = [done.format(counted(len(acted.done), "e-mail"))] if acted.done or not acted.refused else []
    if held is not None and held.undo_time:
        told.append(f"Held until now: {counted(held.undo_time, 'e-mail')}.")
    if held is not None and held.set_aside:
        told.append(f"Set aside until now: {counted(held.set_aside, 'e-mail')}.")
    told += [f"{refused}, e-mail {one.id}: {one.reason}" for one in acted.refused]
    return Did(told, acted, exit_code(len(acted.done), len(acted.refused)))
