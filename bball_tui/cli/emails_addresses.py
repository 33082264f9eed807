"""`bball-tui emails bounces|settle|suppress|lift|suppressions`: mails that came back, addresses that take none."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click
from msgspec import Struct

from bball_tui.cli.context import CliContext, in_league, in_transaction, needs
from bball_tui.cli.outbox_sending import ID, json_option, reason_option
from bball_tui.cli.output import Answer, Did, exit_code, listed, narrate
from bball_tui.database.engine import Session
from bball_tui.delivery.bounce_mailbox import BounceReading, read_bounces
from bball_tui.errors import BballError
from bball_tui.league.mails.blocking import block_address, set_blocking
from bball_tui.league.mails.send_again import lift_and_send, told_another_way
from bball_tui.league.rights import Right
from bball_tui.outbox.addresses import SuppressionFilter, SuppressionRow, list_suppressions
from bball_tui.wording import counted


class ReturnedLine(Struct, frozen=True):
    """One mail that came back, in the JSON of `emails bounces`. ``blocked``: its address takes no more mail now."""

    id: int
    recipient: str
    blocked: bool


class Reading(Struct, frozen=True):
    """The JSON of `emails bounces`: ``known`` reports were read before, ``strangers`` are about no mail of the league,
    ``others`` are no reports of returned mails at all; ``unread`` are the subjects of those that look like one.
    """

    new: list[ReturnedLine]
    known: int
    strangers: int
    others: int
    unread: list[str]

    @classmethod
    def of(cls, found: BounceReading) -> "Reading":
        new = [ReturnedLine(one.outbox_id or 0, one.recipient, one.blocked) for one in found.new]
        return cls(new, found.known, found.strangers, found.others, list(found.unread))


@click.command("bounces")
@needs(Right.SENDING)
@click.argument("folder", metavar="FOLDER", required=False, type=click.Path(path_type=Path))
@click.option(
    "--block/--no-block",
    default=None,
    help="From now on, block addresses whose mailbox does not exist by themselves, or leave that to staff.",
)
@json_option
@in_league
async def emails_bounces(context: CliContext, folder: Path | None, block: bool | None) -> Answer:
    """Read the mailbox to which undeliverable e-mails go, and note which of ours came back.

    FOLDER is a maildir, an mbox file, one e-mail as a file, or a folder of .eml files; without one, the setting
    bounce_dir. Nothing in it is changed, and reading it twice changes nothing. An address is blocked only by a report
    that carries the Message-ID of our e-mail and says in code and words that there is no such mailbox.
    """
    place = folder or context.settings.bounce_dir
    if block is not None:
        async with context.database.session() as session:
            await set_blocking(session, context.league.id, block)
        narrate(
            "From now on an address whose mailbox does not exist is blocked by itself."
            if block
            else "From now on staff decide about every address whose e-mail came back."
        )
        if place is None:
            return Did()
    if place is None:
        raise BballError("Name the folder in which returned e-mails arrive, here or as bounce_dir in the settings.")
    found = await read_bounces(context.database, context.league.id, place)
    told = [
        f"E-mail {one.outbox_id} to {one.recipient} came back." + (" The address is blocked." * one.blocked)
        for one in found.new
    ]
    told.append(
        f"{len(found.new)} new, {found.known} known before, {found.strangers} about other e-mails, "
        f"{found.others} no reports."
    )
    told += [
        f"This one looks like a failure and cannot be read; read it yourself: {subject}" for subject in found.unread
    ]
    return Did(told, Reading.of(found))


@click.command("settle")
@needs(Right.MAILS)
@click.argument("ids", metavar="ID...", nargs=-1, required=True, type=ID)
@json_option
@in_transaction
async def emails_settle(context: CliContext, session: Session, ids: tuple[int, ...]) -> Answer:
    """Note that the families of e-mails that came back were told another way."""
    settled = await told_another_way(session, context.league.id, ids)
    left = [one for one in ids if one not in settled]
    told = [f"{counted(len(settled), 'e-mail')} settled."]
    told += [f"E-mail {one} did not come back, or was settled before." for one in left]
    return Did(told, list(settled), exit_code(len(settled), len(left)))


@click.command("suppress")
@needs(Right.MAILS)
@click.argument("address")
@click.option("--reason", metavar="TEXT", required=True, help="Why, for colleagues.")
@in_transaction
async def emails_suppress(context: CliContext, session: Session, address: str, reason: str) -> Answer:
    """Write no more e-mail to ADDRESS, no matter who queues one."""
    done = await block_address(session, context.league.id, address, reason)
    return Did([f"{address} gets no more e-mail." if done else f"{address} was already on the list."])


class LiftedLine(Struct, frozen=True):
    """The JSON of `emails lift`: the mails that were kept back, and those of them that go out now."""

    address: str
    kept_back: tuple[int, ...]
    sent: tuple[int, ...]


@click.command("lift")
@needs(Right.MAILS)
@click.argument("address")
@click.option("--send", is_flag=True, help="Also send what was kept back and is still true.")
@reason_option
@json_option
@in_transaction
async def emails_lift(context: CliContext, session: Session, address: str, send: bool, reason: str | None) -> Answer:
    """Let ADDRESS get e-mail again."""
    lifted, sent = await lift_and_send(session, context.league.id, address, send=send, reason=reason)
    told = [f"{lifted.email} gets e-mail again."]
    if lifted.kept_back and not send:
        stay = "stays" if len(lifted.kept_back) == 1 else "stay"
        told.append(
            f"{counted(len(lifted.kept_back), 'e-mail')} {stay} kept back; with --send they would have gone out."
        )
    elif sent:
        told.append(f"{counted(len(sent), 'e-mail')} queued.")
    return Did(told, LiftedLine(lifted.email, lifted.kept_back, sent))


class SuppressionLine(Struct, frozen=True):
    """One address in the JSON of `emails suppressions`. ``lifted_at`` null: it is in force."""

    address: str
    reason: str
    recorded_by: str
    recorded_at: datetime
    lifted_at: datetime | None
    lifted_by: str | None
    people: str
    kept_back: int

    @classmethod
    def of(cls, row: SuppressionRow) -> "SuppressionLine":
        return cls(
            address=row.email,
            reason=row.reason,
            recorded_by=row.recorded_by,
            recorded_at=row.recorded_at,
            lifted_at=row.lifted_at,
            lifted_by=row.lifted_by,
            people=row.people,
            kept_back=row.kept_back,
        )


@click.command("suppressions")
@click.option("--lifted", is_flag=True, help="Also those that were lifted.")
@json_option
@in_transaction
async def emails_suppressions(context: CliContext, session: Session, lifted: bool) -> Answer:
    """List the addresses that get no more e-mail: whose, why, and who wrote them there."""

    def cells(row: SuppressionRow) -> Sequence[str]:
        since = f"{row.recorded_at.astimezone(context.league.zone):%Y-%m-%d %H:%M}"
        lifted_by = "" if row.lifted_by is None else f"lifted by {row.lifted_by}"
        return (row.email, row.people, row.reason, row.recorded_by, since, lifted_by)

    rows = await list_suppressions(session, context.league.id, SuppressionFilter(lifted=lifted))
    return listed(("Address", "Whose", "Why", "By", "Since", ""), rows, cells, SuppressionLine.of)
