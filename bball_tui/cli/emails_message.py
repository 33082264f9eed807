"""`bball-tui emails message`: words of one's own to the families of a team or a filter."""

import sys
from pathlib import Path

import click
from msgspec import Struct

from bball_tui.cli.context import CliContext, in_transaction, needs
from bball_tui.cli.lists import Wanted, filter_options, roster_filter
from bball_tui.cli.mail_states import spelled
from bball_tui.cli.output import Answer, Did, Found
from bball_tui.database.engine import Session
from bball_tui.errors import BballError
from bball_tui.files import read_bytes
from bball_tui.league.mails.audience import Audience
from bball_tui.league.mails.messages import (
    GetsNothing,
    Message,
    MessagePlan,
    Reader,
    no_one,
    preview_message,
    send_message,
)
from bball_tui.league.mails.preview import MOST_SHOWN, MailPreview
from bball_tui.league.rights import Right
from bball_tui.mail.checks import parts
from bball_tui.mail.message_text import LONGEST_TEXT
from bball_tui.wording import counted, listed

MOST_NAMED = 10


class MailJson(Struct, frozen=True):
    """One e-mail as it would go out in the JSON of `emails message --preview`."""

    recipient: str
    subject: str
    text: str
    html: str
    warnings: tuple[str, ...]


class PreviewJson(Struct, frozen=True):
    """The JSON of `emails message --preview`; ``mails`` are the first ones."""

    addresses: int
    players: int
    already: int
    readers: tuple[Reader, ...]
    nothing: tuple[GetsNothing, ...]
    blocked: tuple[str, ...]
    notes: tuple[str, ...]
    mails: tuple[MailJson, ...]


class SentJson(Struct, frozen=True):
    """The JSON of `emails message`."""

    queued: tuple[int, ...]
    addresses: int
    players: int
    already: int
    nothing: tuple[GetsNothing, ...]
    blocked: tuple[str, ...]


@click.command("message")
@needs(Right.MAILS)
@click.option("--everyone", is_flag=True, help="To all families, where no other option says which.")
@click.option("--subject", required=True, metavar="TEXT", help="The subject; variables as in {{ team }} are filled in.")
@click.option(
    "--text-file", "text_file", required=True, metavar="FILE", help="The text in Markdown; - reads standard input."
)
@click.option("--preview", is_flag=True, help="Show who gets what; queue nothing.")
@click.option("--expect", type=click.IntRange(min=0), metavar="N", help="Send only if it goes to N addresses.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@filter_options
@in_transaction
async def emails_message(
    context: CliContext,
    session: Session,
    wanted: Wanted,
    everyone: bool,
    subject: str,
    text_file: str,
    preview: bool,
    expect: int | None,
) -> Answer:
    """Write to the families of a team or a filter: one e-mail an address.

    Without --status, contracts that are over are left out.
    """
    text = _read(text_file)
    words = _words(wanted)
    if words is None and not everyone:
        raise BballError(
            "Say whom the message is for: --team, --season, --division, --status, --need, --search or --saved; or "
            "--everyone."
        )
    found = await roster_filter(context, session, wanted)
    audience = Audience(words or "everyone", wanted=found)
    message = Message(audience, subject, text, expect)
    league_id = context.league.id
    if preview:
        plan, mails = await preview_message(session, league_id, context.settings, message)
        return Found(lambda: _preview_json(plan, mails), lambda: _shown(mails), before=_sentences(plan))
    sent = await send_message(session, league_id, message)
    plan = sent.plan
    data = SentJson(
        queued=sent.outbox_ids,
        addresses=len(sent.outbox_ids),
        players=plan.players,
        already=plan.already,
        nothing=plan.nothing,
        blocked=plan.blocked,
    )
    told = [f"{counted(len(sent.outbox_ids), 'e-mail')} queued: {plan.subject}."]
    return Did([*told, *_left_out(plan), *plan.notes], data)


def _read(name: str) -> str:
    most = LONGEST_TEXT * 8
    content = sys.stdin.buffer.read(most) if name == "-" else read_bytes(Path(name), most)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BballError(f"The text in {name} isn't UTF-8. Save it as UTF-8, and try again.") from None


def _words(wanted: Wanted) -> str | None:
    """Who is chosen, for the record; None: nobody said."""
    said = [
        *([f"the team {wanted.team}"] if wanted.team else []),
        *([f"the division {wanted.division}"] if wanted.division is not None else []),
        *(f"the status {one}" for one in wanted.status),
        *(f"the welcome e-mail {spelled(one)}" for one in wanted.welcome),
        *(f"the need {one}" for one in wanted.need),
        *([f"the search {wanted.search}"] if wanted.search else []),
        *([f"the filter {wanted.saved}"] if wanted.saved else []),
        *([f"the season {wanted.season}"] if wanted.season else []),
    ]
    return listed(said) or None


def _sentences(plan: MessagePlan) -> list[str]:
    goes = counted(len(plan.readers), "address", "addresses")
    head = f"The message goes to {goes}, about {counted(plan.players - len(plan.nothing), 'player')}."
    return [head if plan.readers or plan.already else no_one(plan), *_left_out(plan), *plan.notes]


def _left_out(plan: MessagePlan) -> list[str]:
    said = [f"{one.player}'s family gets nothing: {one.why}." for one in plan.nothing[:MOST_NAMED]]
    if (more := len(plan.nothing) - MOST_NAMED) > 0:
        said.append(f"{more} more families get nothing; --json names them all.")
    if plan.blocked:
        said.append(f"Blocked and not written to: {listed(plan.blocked[:MOST_NAMED])}.")
    return said


def _shown(mails: tuple[MailPreview, ...]) -> str:
    shown = [f"To: {mail.recipient}\nSubject: {mail.subject}\n\n{parts(mail.mime).text}" for mail in mails]
    if len(mails) == MOST_SHOWN:
        shown.append(f"These are the first {MOST_SHOWN}.")
    return "\n".join(shown)


def _preview_json(plan: MessagePlan, mails: tuple[MailPreview, ...]) -> PreviewJson:
    return PreviewJson(
        addresses=len(plan.readers),
        players=plan.players,
        already=plan.already,
        readers=plan.readers,
        nothing=plan.nothing,
        blocked=plan.blocked,
        notes=plan.notes,
        mails=tuple(
            MailJson(mail.recipient, mail.subject, both.text, both.html, mail.warnings)
            for mail in mails
            for both in (parts(mail.mime),)
        ),
    )
