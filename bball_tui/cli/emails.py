"""`bball-tui emails`: preview, and the commands of the files beside it."""

import sys
from collections.abc import Sequence

import click
from msgspec import Struct

from bball_tui.cli.context import CliContext, in_transaction
from bball_tui.cli.emails_addresses import (
    emails_bounces,
    emails_lift,
    emails_settle,
    emails_suppress,
    emails_suppressions,
)
from bball_tui.cli.emails_log import emails_export, emails_log, emails_resend, emails_retention, emails_send_test
from bball_tui.cli.emails_message import emails_message
from bball_tui.cli.emails_planned import emails_reminders, emails_warnings
from bball_tui.cli.emails_templates import emails_check, emails_copy, emails_sample
from bball_tui.cli.output import Answer, Did, echo_json, echo_plain, narrate, plain, spoken
from bball_tui.database.engine import Session
from bball_tui.errors import BballError
from bball_tui.league.mails.preview import MailPreview, preview_mails
from bball_tui.mail.checks import parts


class PreviewLine(Struct, frozen=True):
    """One mail in the JSON of `emails preview`. ``state`` is null while nothing is promised."""

    recipient: str
    subject: str
    message_id: str
    state: str | None
    text: str
    html: str
    warnings: tuple[str, ...]


@click.group()
def emails() -> None:
    """Write, preview, check and log e-mails; returned ones, blocked addresses, reminders."""


for command in (
    emails_check,
    emails_copy,
    emails_sample,
    emails_warnings,
    emails_send_test,
    emails_log,
    emails_export,
    emails_resend,
    emails_retention,
    emails_bounces,
    emails_settle,
    emails_suppress,
    emails_lift,
    emails_suppressions,
    emails_reminders,
    emails_message,
):
    emails.add_command(command)


@emails.command("preview")
@click.argument("contract_id", metavar="CONTRACT_ID", type=click.IntRange(min=1))
@click.option("--to", metavar="ADDRESS", help="Only the e-mail to this address.")
@click.option("--text", "part", flag_value="text", default="text", help="The part for plain readers (the default).")
@click.option("--html", "part", flag_value="html", help="The part with the look.")
@click.option("--raw", "part", flag_value="raw", help="The bytes that go out.")
@click.option("--json", "part", flag_value="json", help="Everything as JSON.")
@in_transaction
async def emails_preview(context: CliContext, session: Session, contract_id: int, to: str | None, part: str) -> Answer:
    """Show the welcome e-mails of a contract; of an open one, those that signing it now would queue."""
    found = await preview_mails(session, context.league.id, context.settings, contract_id)
    mails = [mail for mail in found if to is None or mail.recipient.lower() == to.lower()]
    if not mails:
        known = ", ".join(mail.recipient for mail in found)
        raise BballError(
            f"Contract {contract_id} has no e-mail to {plain(to)}. Its e-mails go to: {known}."
            if to is not None and found
            else f"Contract {contract_id} has no e-mail: no guardian with an e-mail address would get one."
        )
    _print(mails, part)
    return Did()


def _print(mails: Sequence[MailPreview], part: str) -> None:
    if part == "json":
        echo_json([_line(mail) for mail in mails])
        return
    if part in ("raw", "html") and len(mails) > 1:
        addresses = ", ".join(mail.recipient for mail in mails)
        raise BballError(f"There are several e-mails, to {addresses}. Say which one with --to ADDRESS.")
    for mail in mails:
        if part == "raw":
            sys.stdout.buffer.write(mail.mime)
        elif part == "html":
            echo_plain(parts(mail.mime).html)
        else:
            echo_plain(f"To: {mail.recipient}\nSubject: {mail.subject}\n\n{parts(mail.mime).text}\n")
        for warning in mail.warnings:
            narrate(f"! {mail.recipient}: {warning}")


def _line(mail: MailPreview) -> PreviewLine:
    both = parts(mail.mime)
    return PreviewLine(
        recipient=mail.recipient,
        subject=mail.subject,
        message_id=mail.message_id,
        state=None if mail.state is None else spoken(mail.state),
        text=both.text,
        html=both.html,
        warnings=mail.warnings,
    )
