"""`bball-tui doctor`: looks at everything that a working day needs, and says for each fault the way out."""

import asyncio
import locale
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from enum import StrEnum

import click
from msgspec import Struct

from bball_tui.cli.command_hints import typed_out
from bball_tui.cli.context import current_settings
from bball_tui.cli.output import echo_json, plain
from bball_tui.database.engine import Database
from bball_tui.database.migrate import HEAD
from bball_tui.database.network import unverified
from bball_tui.database.opening import open_database
from bball_tui.database.server_info import OLDEST_SERVER, read_server_info
from bball_tui.database.states import GateCause, GateState, StaffRole
from bball_tui.errors import BballError
from bball_tui.league.header_numbers import read_header_numbers
from bball_tui.league.leagues import LeagueInfo, list_leagues
from bball_tui.league.members import list_members, my_roles
from bball_tui.mail.from_address import default_sender
from bball_tui.mail.kinds import KINDS
from bball_tui.mail.outcome import OutcomeClass
from bball_tui.mail.render import Renderer
from bball_tui.mail.safe_values import LOCAL_SENDER
from bball_tui.mail.samples import SAMPLE_DATE, sample_context
from bball_tui.mail.transports import open_transport, stays_here
from bball_tui.outbox.counts import backlog
from bball_tui.outbox.provider_gates import ALL_PROVIDERS, gates
from bball_tui.outbox.sending_status import running, why_not_served
from bball_tui.settings import NO_MAIL_SERVER, SET_UP_MAIL, Settings, overriding
from bball_tui.wording import counted, listed

SMALLEST_SCREEN = (60, 20)


class State(StrEnum):
    """``look``: it works, and somebody should know this."""

    OK = "ok"
    LOOK = "look"
    FAIL = "fail"


class Check(Struct, frozen=True):
    """One thing that was looked at; ``way_out`` says what to do (None: nothing)."""

    check: str
    state: State
    sentence: str
    way_out: str | None = None


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def doctor(as_json: bool) -> int:
    """Look whether everything is well, and say the way out where it is not."""
    checks = asyncio.run(_examine(current_settings()))
    if as_json:
        echo_json(checks)
    else:
        for one in checks:
            click.echo(f"{one.state:<5} {one.check:<10} {plain(one.sentence)}")
            if one.way_out is not None:
                click.echo(f"{'':<17}→ {plain(typed_out(one.way_out))}")
    return 1 if any(one.state is State.FAIL for one in checks) else 0


async def _examine(settings: Settings) -> list[Check]:
    checks = [_folder(settings)]
    leagues: list[LeagueInfo] = []
    try:
        async with open_database(settings) as database:
            async with database.session() as session:
                leagues = await list_leagues(session)
            checks += [check async for check in _database(database, settings, leagues)]
    except BballError as error:
        checks.append(Check("database", State.FAIL, str(error)))
    checks += _templates(settings)
    checks += [check async for check in _accounts(settings, leagues)]
    checks.append(_terminal())
    return checks


def _folder(settings: Settings) -> Check:
    folder = settings.data_dir
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return Check(
            "folder",
            State.FAIL,
            f"The data folder {folder} cannot be written: {error.strerror or error}.",
            "Choose another folder with --data-dir or BBALL_DATA_DIR, or ask for the right to write there.",
        )
    if free < 200 * 1024 * 1024:
        return Check(
            "folder",
            State.LOOK,
            f"The disk of {folder} has only {free // 1024**2} MB free.",
            "Free some space before the database runs out of it.",
        )
    return Check("folder", State.OK, f"The data folder {folder} can be written.")


async def _database(database: Database, settings: Settings, leagues: Sequence[LeagueInfo]) -> AsyncIterator[Check]:
    async with database.session() as session:
        server = await read_server_info(session)
    where = f"PostgreSQL {server.server_version.split()[0]}, {settings.database_url or 'its own server'}"
    if server.server_version_num < OLDEST_SERVER:
        yield Check("database", State.FAIL, f"{where}, is too old.", "Use PostgreSQL 15 or newer.")
    else:
        yield Check("database", State.OK, f"{where}, schema {HEAD}.")
    # Otherwise it was refused before: the setting allows it.
    if found := unverified(settings):
        secret = "encrypted" if server.encrypted else "not encrypted"
        yield Check(
            "network",
            State.LOOK,
            f"The database is on {found[0]}, and with sslmode={found[1]} nothing shows that it is the right server. "
            f'The connection is {secret}. database_tls = "any" in the settings allows that.',
            "Leave it so only where the network itself is safe, such as a tunnel. Elsewhere add sslmode=verify-full to "
            "the database URL and take the setting out.",
        )
    if database.pooled:
        yield Check(
            "pooler",
            State.LOOK,
            "A pooler such as PgBouncer stands before the database. It gives this program sessions of its own, so all "
            "works.",
            "It must stay in session mode, with at least ten connections for each person and worker.",
        )
    if server.owner:
        yield Check(
            "role",
            State.LOOK,
            f"You work as {server.role}, who owns the tables: a slip could drop them, and the record of who did what "
            "names the owner.",
            f"Make a login role for each person and GRANT {server.group} TO it, as bball-tui database setup-sql shows.",
        )
    elif not server.staff:
        yield Check(
            "role",
            State.FAIL,
            f"You work as {server.role}, who is not in the group {server.group}.",
            f'An administrator of the server can help: GRANT {server.group} TO "{server.role}".',
        )
    else:
        yield Check("role", State.OK, f"You work as {server.role}; what you do is recorded under that name.")
    # Over a socket it may be the server of this very person.
    if server.creates_roles and not server.by_socket:
        yield Check(
            "owner",
            State.FAIL,
            "Who owns the tables may make roles on the server, or is its superuser. On PostgreSQL 15 that is the whole "
            "server, with every other database and the account of its operating system.",
            "An administrator of the server gives the tables another owner, as bball-tui database setup-sql shows.",
        )
    if not leagues:
        yield Check("league", State.LOOK, "There is no league yet.", "Make one with: bball-tui init --league NAME")
    from bball_tui.groupme.api.account import token_from  # httpx, and with it what draws screens

    several = len(leagues) > 1
    for league in leagues:
        own = settings.of_league(league.slug, several=several)
        yield _league(league)
        yield _sender(league, own)
        if settings.tokens_apart or token_from(own) is not None:
            yield _groupme(league, own)
        if league.logo_url is not None:
            yield await _logo(league, league.logo_url)
        for check in await _staff(database, league):
            yield check
        for check in await _sending(database, league, own, typed_out(SET_UP_MAIL, league.slug if several else None)):
            yield check


def _league(league: LeagueInfo) -> Check:
    try:
        now = datetime.now(UTC).astimezone(league.zone)
    except BballError as error:
        return Check("league", State.FAIL, f"{league.slug}: {error}")
    return Check("league", State.OK, f"{league.name} ({league.slug}); its clock says {now:%H:%M} ({league.timezone}).")


def _sender(league: LeagueInfo, settings: Settings) -> Check:
    try:
        sender = league.from_email or default_sender(settings)
    except BballError as error:
        return Check("sender", State.FAIL, f"{league.slug}: {error}")
    if sender == LOCAL_SENDER:
        sentence = f"{league.slug} has no From address; on this machine e-mails get {sender}."
        return Check("sender", State.LOOK, sentence, "Set the league's From address before e-mails leave the machine.")
    return Check("sender", State.OK, f"{league.slug} sends as {sender}.")


async def _staff(database: Database, league: LeagueInfo) -> Sequence[Check]:
    async with database.session() as session:
        if StaffRole.ADMIN not in await my_roles(session, league.id):
            return ()
        members = await list_members(session, league.id)
    if not (others := sorted({one.login for one in members if not one.same_login})):
        return ()
    sentence = (
        f"{league.slug}: {listed(others)} had roles here, and the logins that have these names now are new "
        "(also by moving the database to another server), so they have none."
    )
    way_out = f"If you know who logs in by the name, give the role again: bball-tui --league {league.slug} staff add"
    return (Check("staff", State.LOOK, sentence, f"{way_out} {others[0]} --role ROLE"),)


def _groupme(league: LeagueInfo, settings: Settings) -> Check:
    from bball_tui.groupme.api.account import no_token, token_from

    try:
        missing = token_from(settings) is None
    except BballError as error:
        return Check("groupme", State.FAIL, f"{league.slug}: {error}")
    if missing:
        return Check("groupme", State.LOOK, no_token(settings, league.slug))
    return Check("groupme", State.OK, f"{league.slug} has a GroupMe access token of its own.")


async def _logo(league: LeagueInfo, url: str) -> Check:
    from bball_tui.mail.logo import logo_trouble  # httpx, which few leagues need here

    if (trouble := await logo_trouble(url)) is None:
        return Check("logo", State.OK, f"{league.slug}: the logo at {url} can be seen.")
    sentence = f"{league.slug}: families do not see the logo. {trouble}"
    return Check("logo", State.LOOK, sentence, "Fix it, or take it away with: bball-tui league set --logo-url ''")


async def _sending(database: Database, league: LeagueInfo, settings: Settings, set_up: str) -> Sequence[Check]:
    async with database.session() as session:
        workers = await running(session, league.id)
        left = await backlog(session, league.id)
        for_others = await why_not_served(session, league.id)
        numbers = await read_header_numbers(session, league.id, None)
        closed = [gate for gate in await gates(session, league.id) if gate.state is not GateState.CLOSED]
    checks = []
    if workers:
        names = ", ".join(worker.name for worker in workers)
        checks.append(Check("worker", State.OK, f"{league.slug}: running are {names}."))
    elif not settings.may_send:
        number = left.queued + left.held
        wait = f"{counted(number, 'e-mail')} {'waits' if number == 1 else 'wait'}"
        sentence = f"{league.slug}: {NO_MAIL_SERVER} for it here, so no worker sends from here; {wait}."
        checks.append(Check("worker", State.FAIL if left.due else State.LOOK, sentence, set_up))
    elif left.due:
        sentence = f"{league.slug}: {counted(left.due, 'e-mail')} could go out, and no worker runs to send them."
        start = for_others or "Start one with 'bball-tui worker', or open the screen."
        checks.append(Check("worker", State.FAIL, sentence, start))
    else:
        sentence = f"{league.slug}: no worker runs for it; nothing is due."
        checks.append(Check("worker", State.LOOK, sentence, "E-mails go out while the screen or a worker runs."))
    for gate in closed:
        who = "all e-mail" if gate.provider == ALL_PROVIDERS else f"e-mail through {gate.provider}"
        until = "until someone resumes it" if gate.open_until is None else f"until {gate.open_until:%H:%M} UTC"
        sentence = f"{league.slug}: {who} is held {until} ({gate.reason})."
        way_out = "The Outbox screen shows it and can resume sending."
        if gate.after_restore:
            way_out = "Cancel what families have already (bball-tui outbox cancel), then: bball-tui outbox resume"
        if gate.cause is GateCause.AUTH:
            way_out = "Correct the login in Set up e-mail, or with: bball-tui mail setup"
        checks.append(Check("gate", State.LOOK, sentence, way_out))
    if numbers.needs_attention:
        sentence = f"{league.slug}: {counted(numbers.needs_attention, 'e-mail')} failed or in doubt."
        way_out = "See 'bball-tui outbox list --state failed' and '--state in-doubt', then retry or resolve them."
        checks.append(Check("queue", State.LOOK, sentence, way_out))
    else:
        waiting = f"{left.queued} queued, {left.held} held, {left.sending} being sent"
        checks.append(Check("queue", State.OK, f"{league.slug}: {waiting}, nothing failed."))
    return checks


def _templates(settings: Settings) -> list[Check]:
    renderer = Renderer(settings)
    checks = []
    for kind in KINDS:
        try:
            mail = renderer.render(
                sample_context(kind),
                recipient="sample@families.test",
                message_id="<sample@bball-tui.invalid>",
                date=SAMPLE_DATE,
            )
        except BballError as error:
            checks.append(Check("template", State.FAIL, str(error), "Fix the template, or reinstall the program."))
            continue
        checks += [Check("template", State.LOOK, one, f"Fix it in {settings.template_dir}.") for one in mail.notices]
        if not mail.notices:
            checks.append(Check("template", State.OK, f"{kind} can be written ({len(mail.mime) / 1024:.0f} KB)."))
    return checks


async def _accounts(settings: Settings, leagues: Sequence[LeagueInfo]) -> AsyncIterator[Check]:
    """Each account once; what none of several leagues has is said of each of them already."""
    if len(leagues) < 2:
        yield await _mail(settings if not leagues else settings.of_league(leagues[0].slug))
        return
    owns = [settings.of_league(league.slug, several=True) for league in leagues]
    for own in {own.mail_url: own for own in owns if own.may_send}.values():
        yield await _mail(own)
    if settings.mail_url is not None and all(own.mail_url != settings.mail_url for own in owns):
        where = overriding("mail_url") or f"The mail_url that stands in {settings.config_file} for all"
        yield Check(
            "mail",
            State.LOOK,
            f"{where} is no league's: there are {len(leagues)}, and none borrows another's account.",
            f"It counts for the league under whose [leagues.SLUG] it stands as mail_url in {settings.config_file}.",
        )


async def _mail(settings: Settings) -> Check:
    if not settings.may_send:
        return Check(
            "mail",
            State.LOOK,
            f"{NO_MAIL_SERVER.capitalize()}: e-mails wait, and nothing leaves this machine.",
            SET_UP_MAIL,
        )
    try:
        transport = open_transport(settings)
    except BballError as error:
        return Check("mail", State.FAIL, str(error))
    try:
        trouble = await transport.check()
    finally:
        await transport.close()
    if trouble is not None:
        code = " ".join(str(part) for part in (trouble.code, trouble.enhanced_code) if part is not None)
        said = f"{code} {trouble.text}".strip()
        way_out = (
            "Correct the login in Set up e-mail, or with: bball-tui mail setup"
            if trouble.outcome_class is OutcomeClass.AUTH
            else "Check the server in Set up e-mail and the network. You can keep signing; e-mails wait."
        )
        return Check("mail", State.FAIL, f"{transport.provider} takes no e-mail ({trouble.phase}): {said}", way_out)
    if stays_here(transport.provider):
        sentence = "E-mails are written to a folder, as the e-mail URL says; none reaches a family."
        return Check("mail", State.LOOK, sentence, SET_UP_MAIL)
    return Check("mail", State.OK, f"{transport.provider} takes e-mail.")


def _terminal() -> Check:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return Check("terminal", State.OK, "There is no terminal here; the commands work, the screen does not.")
    size = os.get_terminal_size()
    encoding = locale.getencoding().lower().replace("-", "")
    if encoding != "utf8":
        sentence = f"The terminal's locale is {locale.getencoding()}, so names with accents may look wrong."
        return Check("terminal", State.LOOK, sentence, "Set LANG to a UTF-8 locale, such as C.UTF-8.")
    if size.columns < SMALLEST_SCREEN[0] or size.lines < SMALLEST_SCREEN[1]:
        sentence = f"The window is {size.columns} x {size.lines}; the screen wants 60 x 20 or larger."
        return Check("terminal", State.LOOK, sentence, "Make the window larger.")
    colors = os.environ.get("COLORTERM") in ("truecolor", "24bit")
    shades = "all colors" if colors else "a few colors"
    if os.environ.get("NO_COLOR") or os.environ.get("TERM", "dumb") == "dumb":
        sentence = "The terminal shows no colors; every sign is a word or a symbol too."
        return Check("terminal", State.LOOK, sentence, "Unset NO_COLOR, or set TERM to xterm-256color.")
    return Check("terminal", State.OK, f"{size.columns} x {size.lines}, {shades}, UTF-8.")
