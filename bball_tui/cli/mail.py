"""`bball-tui mail setup|test`: where the league's mails go out, tried before it is saved."""

import sys
from dataclasses import replace
from datetime import UTC, datetime

import click
from msgspec import Struct

from bball_tui.cli.context import CliContext, in_league, needs
from bball_tui.cli.output import Answer, Did, narrate
from bball_tui.cli.saving import json_option
from bball_tui.delivery.send_test_mail import send_test
from bball_tui.errors import BballError
from bball_tui.league.mails.account import keep_account, stands_apart
from bball_tui.league.rights import Right
from bball_tui.mail.account import Account, WrongFields
from bball_tui.mail.from_address import default_sender
from bball_tui.mail.providers import BY_ID, OWN, PROVIDERS, Tls, provider_at
from bball_tui.mail.safe_values import address
from bball_tui.mail.setup import account_of, fields_of, has_password, login_trouble, mail_url
from bball_tui.mail.trial_mail import TRIAL_SUBJECT, trial_mail
from bball_tui.settings import NO_MAIL_SERVER, SET_UP_MAIL, SecretUrl, overriding

_OPTIONS = {
    "provider": "--provider",
    "server": "--server",
    "port": "--port",
    "tls": "--tls",
    "login": "--login",
    "password": "--password-stdin",
    "credentials": "--credentials",
    "from": "--from",
}
_NONE_WANTED = " (Enter: the server wants none)"
_RETRY = "With --unchecked it is saved all the same."


class SetUp(Struct, frozen=True):
    """The JSON of `mail setup`. ``overridden_by`` is the environment variable that wins over what was saved."""

    provider: str
    server: str
    port: int
    tls: str
    login: str
    from_email: str
    checked: bool
    overridden_by: str | None


class MailTest(Struct, frozen=True):
    """The JSON of `mail test`. ``trouble`` null: the login works; ``sent_to`` null: no mail was asked for, or sent."""

    server: str
    trouble: str | None
    sent_to: str | None


@click.group()
def mail() -> None:
    """Set up e-mail (provider and login), and try it."""


@mail.command()
@needs(Right.ACCOUNT)
@click.option("--provider", type=click.Choice(list(BY_ID)), help="Fills in server, port and encryption.")
@click.option("--server", help="The mail server's name, where the provider is another one.")
@click.option("--port", type=click.IntRange(1, 65535), help="Most often 587 or 465.")
@click.option("--tls", type=click.Choice([one.value for one in Tls]), help="How the connection is encrypted.")
@click.option("--login", help="Most often the whole e-mail address.")
@click.option("--credentials", metavar="FILE", help="The JSON file from Google, for the provider workspace.")
@click.option("--from", "sender", metavar="ADDRESS", help="The address that families see; saved with the league.")
@click.option("--password-stdin", is_flag=True, help="Read the password from the first line of standard input.")
@click.option("--unchecked", is_flag=True, help="Save without logging in.")
@json_option
@in_league
async def setup(
    context: CliContext,
    provider: str | None,
    sender: str | None,
    password_stdin: bool,
    unchecked: bool,
    **given: object,
) -> Answer:
    """Save the e-mail account in the settings file, once the login works. What is not said is asked for.

    The password is never said on the command line, where others can read it.
    """
    context.settings.refuse_read_only()
    known = context.settings.mail_url
    try:
        begun = _begun(provider, known, given)
        as_it_was = known is not None and given["login"] is None and account_of(known).provider == OWN
        without = begun.provider == OWN and (as_it_was or given["login"] == "")
        account = _asked(begun, known, password_stdin=password_stdin, without_login=without)
        url = mail_url(account, known)
        from_email = address(_sender(sender, context, account), "the From address")
    except WrongFields as wrong:
        raise BballError(" ".join(f"{_OPTIONS[name]}: {what}" for name, what in wrong.problems.items())) from None
    if not unchecked:
        narrate("Logging in …")
        if (trouble := await login_trouble(context.settings, url)) is not None:
            raise BballError(f"{trouble} {BY_ID[account.provider].advice} Nothing was saved. {_RETRY}")
    async with context.database.session() as session:
        apart = await stands_apart(session, context.settings)
        await keep_account(session, context.settings, context.league, url, from_email)
    variable = None if apart else overriding("mail_url")
    whose = f", for {context.league.slug} alone" if apart else ""
    told = [
        f"Saved in {context.settings.config_file}{whose}. "
        f"E-mails go out as {from_email}, while the screen or a worker runs."
    ]
    if variable is not None:
        told.append(f"{variable} is set in the environment and wins over what was saved. Take it out there.")
    where = (account.provider, account.server.strip(), int(account.port), account.tls, account.login.strip())
    return Did(told, SetUp(*where, from_email, not unchecked, variable))


@mail.command("test")
@click.option("--to", metavar="ADDRESS", help="Send one e-mail there: your own address.")
@json_option
@in_league
async def test(context: CliContext, to: str | None) -> Answer:
    """Log in to the mail server and say what is in the way; with --to, send one e-mail to yourself."""
    url = context.settings.mail_url
    if url is None:
        raise BballError(f"{NO_MAIL_SERVER.capitalize()}. {SET_UP_MAIL}")
    mine = None if to is None else address(to.strip(), "your own address")
    trouble = await login_trouble(context.settings, url)
    sent = None
    if trouble is None and mine is not None:
        sender = context.league.from_email or default_sender(context.settings)
        mime = trial_mail(context.league.name, sender, date=datetime.now(UTC).replace(microsecond=0))
        sent = await send_test(context.database, context.league.id, context.settings, mime, TRIAL_SUBJECT, mine)
    account = account_of(url)
    line = MailTest(account.server or account.login, trouble, sent)
    if trouble is not None:
        advice = f"{trouble} {BY_ID[account.provider].advice}"
        return Did([advice, "{mail.setup} sets it up again."], line, code=1)
    took = "." if sent is None else f", and the mail server took the e-mail for {sent}."
    return Did([f"The login works{took}"], line)


def _begun(provider: str | None, known: SecretUrl | None, given: dict[str, object]) -> Account:
    """What was said; the rest as it is known of the same provider."""
    if provider is None and given["server"] is not None:
        provider = provider_at(str(given["server"])).id
    if provider is None and known is None:
        provider = _ask("provider", "Provider", choices=[one.id for one in PROVIDERS])
    account = account_of(known)
    if provider is not None and (known is None or account.provider != provider):
        account = Account().at(BY_ID[provider])
    said = {name: str(value) for name, value in given.items() if value is not None}
    return replace(account, **said)


def _asked(account: Account, known: SecretUrl | None, *, password_stdin: bool, without_login: bool) -> Account:
    """``account`` with what is missing asked for, the password hidden; ``without_login``: an empty login is meant."""
    narrate(BY_ID[account.provider].advice)
    if "server" in fields_of(account) and not account.server:
        account = replace(account, server=_ask("server", "Server"))
    if not account.login and not without_login:
        own = account.provider == OWN
        account = replace(account, login=_ask("login", f"Login{_NONE_WANTED}" if own else "Login", empty=own))
    if "credentials" in fields_of(account):
        return account if account.credentials else replace(account, credentials=_ask("credentials", "Google's file"))
    if password_stdin:
        return replace(account, password=sys.stdin.readline().rstrip("\r\n"))
    if not account.login:
        return account
    if has_password(account, known):
        if not sys.stdin.isatty():
            return account
        keep = "Password (Enter keeps the one that is saved)"
        return replace(account, password=click.prompt(keep, default="", show_default=False, hide_input=True, err=True))
    return replace(account, password=_ask("password", "Password", hidden=True))


def _sender(said: str | None, context: CliContext, account: Account) -> str:
    if said is not None:
        return said.strip()
    if context.league.from_email is not None:
        return context.league.from_email
    login = account.login.strip()
    return _ask("from", "From address", default=login if "@" in login else None)


def _ask(
    name: str,
    words: str,
    *,
    choices: list[str] | None = None,
    default: str | None = None,
    hidden: bool = False,
    empty: bool = False,
) -> str:
    """The answer of whoever sits there; with ``empty`` it may be none, which a script says with an empty option."""
    if not sys.stdin.isatty():
        if default is not None:
            return default
        none = f' ({_OPTIONS[name]} "" where the server wants none)' if empty else ""
        raise BballError(f"{words.partition(' (')[0]} is missing. Say it with {_OPTIONS[name]}{none}.")
    kind = None if choices is None else click.Choice(choices)
    default = "" if empty and default is None else default
    answer = click.prompt(words, type=kind, default=default, show_default=not empty, hide_input=hidden, err=True)
    return str(answer)
