"""`bball-tui emails log|export|resend|retention|send-test`: mails that went out, or are to be tried."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import click
from msgspec import Struct

from bball_tui.cli.context import CliContext, in_league, in_transaction, needs
from bball_tui.cli.mail_states import StateChoice
from bball_tui.cli.outbox_sending import ID, json_option, reason_option
from bball_tui.cli.output import Answer, Did, Found, exit_code, listed, table
from bball_tui.database.engine import Session
from bball_tui.delivery.send_test_mail import send_test
from bball_tui.errors import BballError
from bball_tui.league.activity import note_export
from bball_tui.league.mails.preview import MailPreview, preview_mail, preview_mails, preview_sample
from bball_tui.league.mails.send_again import send_again
from bball_tui.league.rights import Right
from bball_tui.mail.kinds import KINDS
from bball_tui.mail.my_address import remembered
from bball_tui.outbox.mail_list import BucketName, OutboxFilter, OutboxRow, frozen_mails, list_items, write_files
from bball_tui.outbox.retention import retention
from bball_tui.wording import counted


class LogLine(Struct, frozen=True):
    """One mail in the JSON of `emails log`. ``outcome`` is a bucket of the outbox; ``came_back`` null: it did not."""

    id: int
    kind: str
    outcome: str
    recipient: str
    player: str
    subject: str | None
    when: datetime
    came_back: datetime | None
    why: str
    message_id: str
    contract_id: int | None

    @classmethod
    def of(cls, row: OutboxRow) -> "LogLine":
        return cls(
            id=row.id,
            kind=row.kind,
            outcome=str(row.bucket),
            recipient=row.recipient,
            player=row.about,
            subject=row.subject,
            when=row.since,
            came_back=row.bounced_at,
            why=row.why,
            message_id=row.message_id,
            contract_id=row.contract_id,
        )


@click.command("log")
@click.option("--search", metavar="TEXT", default="", help="Part of an address or a player, or a whole Message-ID.")
@click.option("--kind", type=click.Choice(list(KINDS)), help="Only this kind of e-mail.")
@click.option("--outcome", type=StateChoice(BucketName), help="Only e-mails with this result.")
@click.option("--came-back", is_flag=True, help="Only e-mails that ever came back, also settled ones.")
@click.option("--limit", metavar="N", type=click.IntRange(min=1), default=200, show_default=True, help="The newest N.")
@json_option
@in_transaction
async def emails_log(
    context: CliContext,
    session: Session,
    search: str,
    kind: str | None,
    outcome: BucketName | None,
    came_back: bool,
    limit: int,
) -> Answer:
    """List every e-mail that was ever queued, the newest first."""

    def cells(row: OutboxRow) -> Sequence[str]:
        when = f"{row.since.astimezone(context.league.zone):%Y-%m-%d %H:%M}"
        return (str(row.id), when, row.recipient, row.about, row.kind.replace("_", " "), row.bucket.words, row.why)

    wanted = OutboxFilter(text=search, kind=kind, bucket=outcome, came_back=came_back)
    rows = await list_items(session, context.league.id, wanted, limit=limit)
    return listed(("ID", "When", "To", "About", "Mail", "Outcome", "Why"), rows, cells, LogLine.of)


class Exported(Struct, frozen=True):
    """The JSON of `emails export`. ``never_written`` went on no wire, so there is nothing to export."""

    files: tuple[str, ...]
    never_written: tuple[int, ...]


@click.command("export")
@click.argument("ids", metavar="ID...", nargs=-1, required=True, type=ID)
@click.option(
    "--to", metavar="FOLDER", type=click.Path(path_type=Path), default=Path(), help="Where to (default: here)."
)
@json_option
@in_transaction
async def emails_export(context: CliContext, session: Session, ids: tuple[int, ...], to: Path) -> Answer:
    """Write e-mails as .eml files: the very bytes that went out."""
    mails = await frozen_mails(session, context.league.id, ids)
    files = write_files(to, mails)
    await note_export(context.database, context.league.id, "e-mails", len(files))
    never = tuple(one for one in ids if one not in {mail.id for mail in mails})
    told = [f"{counted(len(files), 'e-mail')} written to {to}."]
    told += [f"E-mail {one} was never written, or is no e-mail of this league." for one in never]
    return Did(told, Exported(tuple(map(str, files)), never), exit_code(len(files), len(never)))


class Resent(Struct, frozen=True):
    """The JSON of `emails resend`."""

    first: int
    again: int


@click.command("resend")
@needs(Right.MAILS)
@click.argument("outbox_id", metavar="ID", type=ID)
@reason_option
@json_option
@in_transaction
async def emails_resend(context: CliContext, session: Session, outbox_id: int, reason: str | None) -> Answer:
    """Send an accepted e-mail once more to the same address, as an e-mail of its own."""
    again = await send_again(session, context.league.id, outbox_id, reason=reason)
    told = f"E-mail {again} repeats e-mail {outbox_id}; it goes out as soon as a worker takes it."
    return Did([told], Resent(outbox_id, again))


class GoingLine(Struct, frozen=True):
    """One month in the JSON of `emails retention`."""

    month: date
    mails: int


class RetentionReport(Struct, frozen=True):
    """The JSON of `emails retention`: after ``days`` finished mails are deleted; ``due`` at the worker's next look."""

    days: int
    due: int
    months: list[GoingLine]
    never: int


@click.command("retention")
@needs(Right.SENDING)
@json_option
@in_transaction
async def emails_retention(context: CliContext, session: Session) -> Answer:
    """Say which e-mails will be deleted, and when."""
    found = await retention(session, context.league.id)
    months = [GoingLine(month, number) for month, number in found.months]
    lines = [("now", str(found.due)), *((f"{month:%Y-%m}", str(number)) for month, number in found.months)]
    return Found(
        lambda: RetentionReport(found.days, found.due, months, found.never),
        lambda: table(("When", "Mails"), lines),
        before=[f"Sent, canceled and blocked e-mails are deleted {found.days} days after they were finished."],
        after=[f"{counted(found.never, 'e-mail')} failed or in doubt: never deleted before someone decides."],
    )


class Tested(Struct, frozen=True):
    """The JSON of `emails send-test`."""

    to: str
    subject: str


@click.command("send-test")
@click.option("--contract", metavar="ID", type=ID, help="The welcome e-mail of this contract.")
@click.option("--mail", metavar="ID", type=ID, help="An e-mail of the log.")
@click.option("--kind", type=click.Choice(list(KINDS)), help="A kind, with invented people.")
@click.option("--to", metavar="ADDRESS", help="Your own address; remembered on this machine.")
@json_option
def emails_send_test(contract: int | None, mail: int | None, kind: str | None, to: str | None, as_json: bool) -> int:
    """Send an e-mail to yourself alone, marked as a test. The family gets nothing, and their e-mail stays as it is."""
    if sum(one is not None for one in (contract, mail, kind)) != 1:
        raise click.UsageError("Say which e-mail: one of --contract ID, --mail ID and --kind KIND.")

    return _send_test(contract, mail, kind, to, as_json=as_json)


@in_league
async def _send_test(
    context: CliContext, contract: int | None, mail: int | None, kind: str | None, to: str | None
) -> Answer:
    mine = to or remembered(context.settings)
    if mine is None:
        raise BballError("Say your own address with --to ADDRESS. It is remembered for the next time.")
    found = await _mail(context, contract, mail, kind)
    sent = await send_test(context.database, context.league.id, context.settings, found.mime, found.subject, mine)
    told = f"A copy went to {sent}, marked as a test. The family got nothing."
    return Did([told], Tested(sent, found.subject))


async def _mail(context: CliContext, contract: int | None, mail: int | None, kind: str | None) -> MailPreview:
    async with context.database.session() as session:
        if kind is not None:
            return await preview_sample(session, context.league.id, context.settings, kind)
        if mail is not None:
            return await preview_mail(session, context.league.id, context.settings, mail)
        mails = await preview_mails(session, context.league.id, context.settings, contract or 0)
    if not mails:
        raise BballError(f"Contract {contract} has no e-mail: no guardian with an e-mail address would get one.")
    return mails[0]
