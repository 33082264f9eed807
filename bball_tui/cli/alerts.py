"""`bball-tui alerts show|set|test|check`: whom staff failures are told, and whether anything is wrong now."""

import sys

import click
from msgspec import Struct
from msgspec.structs import replace

from bball_tui.cli.context import CliContext, in_league, needs
from bball_tui.cli.outbox_sending import json_option
from bball_tui.cli.output import Answer, Did, Found, table
from bball_tui.database.engine import Session
from bball_tui.database.states import AlertChannel
from bball_tui.delivery.alerts.channels import channels
from bball_tui.delivery.alerts.findings import read_findings
from bball_tui.delivery.alerts.message import Message
from bball_tui.delivery.alerts.tell_staff import look
from bball_tui.errors import BballError
from bball_tui.league.mails.alert_secrets import keep_alerting
from bball_tui.league.mails.alerting import read_alerting
from bball_tui.league.rights import Right
from bball_tui.mail.from_address import Outgoing
from bball_tui.mail.transports import parse_mail_url
from bball_tui.outbox.alerts import alerted_league, notices
from bball_tui.settings import SecretLink, SecretUrl, WebhookFormat, overriding
from bball_tui.wording import counted, listed

FORMATS: tuple[WebhookFormat, ...] = ("slack", "discord", "ntfy", "json")


class AlertsLine(Struct, frozen=True):
    """The JSON of `alerts show` and `alerts set`. Of secrets it says only where they lead."""

    emails: tuple[str, ...]
    minutes: int
    webhook: str | None
    webhook_format: str | None
    other_account: str | None
    problems: dict[str, str]


class TestedLine(Struct, frozen=True):
    """The JSON of `alerts test`: what became of it, by channel; None: it was taken."""

    told: dict[str, str | None]


class FindingLine(Struct, frozen=True):
    """One thing that is wrong, in the JSON of `alerts check`."""

    cause: str
    count: int
    since: str
    headline: str
    lines: tuple[str, ...]


class CheckedLine(Struct, frozen=True):
    """The JSON of `alerts check`."""

    findings: list[FindingLine]
    told: list[str]
    problems: dict[str, str]


@click.group()
def alerts() -> None:
    """Tell staff when e-mails fail, come back or are held, or when sending stops."""


@alerts.command()
@json_option
@in_league
async def show(context: CliContext) -> Answer:
    """Say who is told, and how."""
    async with context.database.session() as session:
        return await _shown(session, context)


@alerts.command(name="set")
@needs(Right.ACCOUNT)
@click.option("--to", "emails", multiple=True, metavar="ADDRESS", help="Who gets an e-mail; can be given again.")
@click.option("--nobody", is_flag=True, help="No one gets an e-mail.")
@click.option(
    "--minutes", type=int, help="Minutes that e-mails may be held, or a worker silent, before staff are told."
)
@click.option("--webhook-stdin", is_flag=True, help="Read a webhook's link from the first line of standard input.")
@click.option(
    "--format", "chosen", type=click.Choice(FORMATS), help="What the webhook reads, if its host does not tell."
)
@click.option("--no-webhook", is_flag=True, help="Stop posting to a webhook.")
@click.option(
    "--account-stdin",
    is_flag=True,
    help="Read another account's e-mail URL from standard input, for when the league's own fails.",
)
@click.option("--no-account", is_flag=True, help="Stop using another account.")
@json_option
@in_league
async def set_(
    context: CliContext,
    emails: tuple[str, ...],
    nobody: bool,
    minutes: int | None,
    webhook_stdin: bool,
    chosen: WebhookFormat | None,
    no_webhook: bool,
    account_stdin: bool,
    no_account: bool,
) -> Answer:
    """Change who is told. A webhook's link and an account are secrets: they go into the settings file of this computer.

    They are never said on the command line, where others can read them.
    """
    context.settings.refuse_read_only()
    for one, other in ((emails, nobody), (webhook_stdin, no_webhook), (account_stdin, no_account)):
        if one and other:
            raise BballError("These two options contradict each other. Say one of them. Nothing was changed.")
    if webhook_stdin and account_stdin:
        raise BballError("Only one thing can be read from standard input. Say --account-stdin in a second command.")
    secrets: dict[str, str | None] = {}
    if webhook_stdin:
        secrets["alert_webhook"] = _webhook(_line())
        secrets["alert_webhook_format"] = chosen
    elif no_webhook:
        secrets |= {"alert_webhook": None, "alert_webhook_format": None}
    elif chosen is not None:
        secrets["alert_webhook_format"] = chosen
    if account_stdin:
        secrets["alert_mail_url"] = _line()
        parse_mail_url(SecretUrl(secrets["alert_mail_url"] or ""))
    elif no_account:
        secrets["alert_mail_url"] = None
    async with context.database.session() as session:
        league, told = context.league, () if nobody else emails or None
        settings = await keep_alerting(
            session, context.settings, league.id, league.slug, secrets, emails=told, minutes=minutes
        )
    variables = [variable for name in secrets if (variable := overriding(name)) is not None]
    said = ["Saved."]
    said += [f"{one} is set in the environment; for {context.league.slug} the settings file wins." for one in variables]
    async with context.database.session() as session:
        return await _shown(session, replace(context, settings=settings), said)


@alerts.command()
@json_option
@in_league
async def test(context: CliContext) -> Answer:
    """Send a test every way that is set up, and say what became of it."""
    context.settings.refuse_read_only()
    async with context.database.session() as session:
        league = await alerted_league(session, context.league.id)
        status, _ = await read_findings(session, context.league.id, Outgoing.here(context.settings))
    message = Message(league.name, league.slug)
    told = {one.name: await one.tell(message) for one in channels(league, context.settings, status)}
    if not told:
        raise BballError("No one is alerted yet. Say whom: bball-tui alerts set --to you@example.org")
    names = {AlertChannel.MAIL: f"E-mail to {listed(league.emails)}", AlertChannel.WEBHOOK: "The webhook"}
    said = [f"{names[name]}: {'on its way.' if why is None else why}" for name, why in told.items()]
    line = TestedLine({str(name): why for name, why in told.items()})
    return Did(said, line, code=1 if any(told.values()) else 0)


@alerts.command()
@json_option
@in_league
async def check(context: CliContext) -> Answer:
    """Look whether anything is wrong, and tell staff what is due, as a worker does each minute.

    From cron on another computer it notices that the last worker is gone. The exit code is 1 when something is wrong.
    """
    context.settings.refuse_read_only()
    looked = await look(context.database, context.league.id, context.settings)
    line = CheckedLine(
        [
            FindingLine(str(one.cause), one.count, one.since.isoformat(), one.headline, one.lines)
            for one in looked.findings
        ],
        [str(channel) for channel in looked.told],
        {str(channel): why for channel, why in looked.problems.items()},
    )
    said = [f"{one.headline[:1].upper()}{one.headline[1:]}. {' '.join(one.lines)}" for one in looked.findings]
    said += [f"Told by {channel}: {message.title}" for channel, message in looked.told.items()]
    said += [f"Could not be told by {channel}: {why}" for channel, why in looked.problems.items()]
    wrong = bool(looked.findings or looked.problems)
    return Did(said or ["Nothing is wrong."], line, code=1 if wrong else 0)


async def _shown(session: Session, context: CliContext, said: tuple[str, ...] | list[str] = ()) -> Found:
    alerting = await read_alerting(session, context.league.id)
    settings = context.settings
    problems = {str(row.channel): row.problem for row in await notices(session, context.league.id) if row.problem}
    line = AlertsLine(
        alerting.emails,
        alerting.minutes,
        None if settings.alert_webhook is None else str(settings.alert_webhook),
        None if settings.alert_webhook is None else _format(settings.alert_webhook, settings.alert_webhook_format),
        None if settings.alert_mail_url is None else str(settings.alert_mail_url),
        problems,
    )
    rows = [
        ("e-mail to", ", ".join(line.emails) or "nobody"),
        ("after", counted(line.minutes, "minute")),
        ("webhook", "none" if line.webhook is None else f"{line.webhook} ({line.webhook_format})"),
        ("other account", line.other_account or "none"),
        *((f"problem ({channel})", why) for channel, why in problems.items()),
    ]
    return Found(lambda: line, lambda: table(("what", "value"), rows), said)


def _line() -> str:
    line = sys.stdin.readline().strip()
    if not line:
        raise BballError("Nothing was read from standard input. Nothing was changed.")
    return line


def _webhook(link: str) -> str:
    from bball_tui.delivery.alerts.webhook import checked  # httpx, which few commands need

    return checked(SecretLink(link)).reveal()


def _format(webhook: SecretLink, chosen: WebhookFormat | None) -> str:
    from bball_tui.delivery.alerts.webhook import format_of

    return format_of(webhook, chosen)
