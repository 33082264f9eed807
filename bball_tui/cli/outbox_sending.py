"""`bball-tui outbox read|fix-address|gates|send-for-real|pause|resume|open-gate`."""

import sys
from datetime import datetime

import click
from msgspec import Struct

from bball_tui.cli.context import CliContext, in_transaction, needs
from bball_tui.cli.output import Answer, Did, echo_json, echo_plain, plain, spoken
from bball_tui.cli.saving import address_needs_yes, yes_option
from bball_tui.database.engine import Session
from bball_tui.database.states import GateCause, GateState
from bball_tui.errors import BballError
from bball_tui.league.mails.preview import preview_mail
from bball_tui.league.mails.send_for_real import ForReal, for_real_obstacle, plan_for_real, send_for_real
from bball_tui.league.mails.wrong_address import AddressFixed, fix_address
from bball_tui.league.rights import Right
from bball_tui.mail.checks import parts
from bball_tui.mail.from_address import Outgoing
from bball_tui.outbox import provider_gates as gates
from bball_tui.outbox.sending_status import SendingStatus, read_sending_status
from bball_tui.wording import counted, listed

ID = click.IntRange(min=1)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, on a terminal too.")
reason_option = click.option("--reason", metavar="TEXT", help="Why, for the record.")


class MailLine(Struct, frozen=True):
    """The JSON of `outbox read`. ``frozen``: it was written already and never changes."""

    id: int
    recipient: str
    subject: str
    message_id: str
    frozen: bool
    text: str
    html: str
    warnings: tuple[str, ...]


class InsteadLine(Struct, frozen=True):
    """One mail in the JSON of `outbox fix-address`. ``was`` is null for a new mail, else the state it was found in."""

    old: int
    new: int
    was: str | None


class FixedLine(Struct, frozen=True):
    """The JSON of `outbox fix-address`."""

    address: str
    guardians: tuple[str, ...]
    mails: list[InsteadLine]

    @classmethod
    def of(cls, fixed: AddressFixed) -> "FixedLine":
        mails = [
            InsteadLine(one.old, one.new, None if one.was is None else spoken(one.was)) for one in fixed.redirected
        ]
        return cls(fixed.address, fixed.guardians, mails)


class GateLine(Struct, frozen=True):
    """One gate in the JSON of `outbox gates`. ``sentence`` is null while it lets mails pass."""

    provider: str
    state: GateState
    cause: GateCause | None
    reason: str | None
    open_until: datetime | None
    sentence: str | None


@click.command("read")
@click.argument("outbox_id", metavar="ID", type=ID)
@click.option("--html", "part", flag_value="html", help="The part with the look.")
@click.option("--raw", "part", flag_value="raw", help="The bytes that go out, or went out.")
@click.option("--json", "part", flag_value="json", help="Everything as JSON.")
@click.option("--text", "part", flag_value="text", default="text", help="The part for plain readers (the default).")
@in_transaction
async def outbox_read(context: CliContext, session: Session, outbox_id: int, part: str) -> Answer:
    """Show one e-mail as it was written, or as it would be written now."""
    mail = await preview_mail(session, context.league.id, context.settings, outbox_id)
    both = parts(mail.mime)
    match part:
        case "raw":
            sys.stdout.buffer.write(mail.mime)
        case "json":
            echo_json(
                MailLine(
                    id=outbox_id,
                    recipient=mail.recipient,
                    subject=mail.subject,
                    message_id=mail.message_id,
                    frozen=mail.frozen,
                    text=both.text,
                    html=both.html,
                    warnings=mail.warnings,
                )
            )
        case "html":
            echo_plain(both.html)
        case _:
            echo_plain(f"To: {mail.recipient}\nSubject: {mail.subject}\n\n{both.text}")
    return Did(["This is the e-mail as it was written." if mail.frozen else "Not written yet: it would be this."])


@click.command("fix-address")
@needs(Right.ROSTER)
@click.argument("outbox_id", metavar="ID", type=ID)
@click.argument("address")
@reason_option
@yes_option
@json_option
@in_transaction
async def outbox_fix_address(
    context: CliContext, session: Session, outbox_id: int, address: str, reason: str | None, yes: bool
) -> Answer:
    """Correct the family's ADDRESS, and send there what was queued to the wrong one."""
    with address_needs_yes():
        fixed = await fix_address(session, context.league.id, outbox_id, address, reason=reason, anyway=yes)
    told: list[str] = []
    if fixed.guardians:
        verb = "has" if len(fixed.guardians) == 1 else "have"
        told.append(f"{listed(fixed.guardians)} {verb} the address {fixed.address} now.")
    for one in fixed.redirected:
        state = "" if one.was is None else f" (found there, {spoken(one.was).replace('_', ' ')})"
        if one.goes:
            told.append(f"E-mail {one.old} goes no more; e-mail {one.new} to {fixed.address} counts instead{state}.")
        else:
            told.append(f"E-mail {one.old} goes no more, and nothing new goes out: {one.why(fixed.address)}.")
    return Did(told, FixedLine.of(fixed))


@click.command("gates")
@json_option
@in_transaction
async def outbox_gates(context: CliContext, session: Session) -> Answer:
    """Say what holds the e-mails, if anything does."""
    return _answer(await _status(context, session))


async def _status(context: CliContext, session: Session) -> SendingStatus:
    return await read_sending_status(session, context.league.id, Outgoing.here(context.settings))


def _answer(now: SendingStatus) -> Did:
    lines = [
        GateLine(
            provider=gate.provider,
            state=gate.state,
            cause=gate.cause,
            reason=gate.reason,
            open_until=gate.open_until,
            sentence=None if gate.state is GateState.CLOSED else now.hold(gate),
        )
        for gate in now.gates
    ]
    told = [line.sentence for line in lines if line.sentence is not None]
    if (now.nowhere_to_send or now.no_sender) and (obstacle := now.obstacle(None)) is not None:
        told.append(obstacle)
    elif not told:
        told.append(f"Nothing holds the e-mails; {counted(now.waiting, 'e-mail')} queued.")
    return Did(told, lines)


class StaysLine(Struct, frozen=True):
    """Mails that stay in their folder, in the JSON of `outbox send-for-real`. ``why`` is a phrase."""

    why: str
    mails: int


class ForRealLine(Struct, frozen=True):
    """The JSON of `outbox send-for-real`: the mails that are queued now, or with ``dry_run`` would be."""

    dry_run: bool
    queued: tuple[int, ...]
    kinds: dict[str, int]
    left_out: list[StaysLine]


@click.command("send-for-real")
@needs(Right.MAILS)
@click.option("--dry-run", is_flag=True, help="Only say which e-mails would go out.")
@reason_option
@json_option
@in_transaction
async def outbox_send_for_real(context: CliContext, session: Session, dry_run: bool, reason: str | None) -> Answer:
    """Send what was only written to a folder, once a mail server is set up.

    Each e-mail goes once, written again, and only where it still holds: not about a contract that has changed, not to a
    blocked address, and not what was sent again already.
    """
    obstacle = for_real_obstacle(await _status(context, session), context.settings)
    if dry_run:
        found = await plan_for_real(session, context.league.id)
        queued = found.ids
    elif obstacle is not None:
        raise BballError(obstacle)
    else:
        queued, found = await send_for_real(session, context.league.id, reason=reason)
    verb = "would be queued" if dry_run else "queued"
    told = [f"{counted(len(queued), 'e-mail')} {verb} to go out for real{_kinds(found)}."]
    stays = ("e-mail stays", "e-mails stay")
    told += [f"{counted(number, *stays)} in the folder: {why}." for why, number in found.left_out]
    left = [StaysLine(str(why), number) for why, number in found.left_out]
    obstacles = [] if obstacle is None else [obstacle]
    return Did([*told, *obstacles], ForRealLine(dry_run, queued, dict(found.kinds), left))


def _kinds(found: ForReal) -> str:
    named = [f"{number} {kind.replace('_', ' ')}" for kind, number in found.kinds]
    return f" ({listed(named)})" if named else ""


@click.command("pause")
@needs(Right.SENDING)
@reason_option
@json_option
@in_transaction
async def outbox_pause(context: CliContext, session: Session, reason: str | None) -> Answer:
    """Hold all e-mails of the league, on all machines, until someone resumes."""
    await gates.pause(session, context.league.id, reason=reason)
    return _answer(await _status(context, session))


@click.command("resume")
@needs(Right.SENDING)
@reason_option
@json_option
@in_transaction
async def outbox_resume(context: CliContext, session: Session, reason: str | None) -> Answer:
    """Let the e-mails go again after a pause."""
    await gates.resume(session, context.league.id, reason=reason)
    return _answer(await _status(context, session))


@click.command("open-gate")
@needs(Right.SENDING)
@click.argument("provider", required=False)
@reason_option
@json_option
@in_transaction
async def outbox_open_gate(context: CliContext, session: Session, provider: str | None, reason: str | None) -> Answer:
    """Try the mail server again without waiting, after a password or a limit was fixed.

    PROVIDER is one of `outbox gates`; without it, every mail server that is being spared.
    """
    known = [gate for gate in (await _status(context, session)).gates if not gate.pauses]
    if provider is not None and provider not in {gate.provider for gate in known}:
        names = ", ".join(gate.provider for gate in known) or "there is none yet"
        raise BballError(f"There is no mail server {plain(provider)!r} here. Known are: {names}.")
    for gate in known:
        if gate.state is not GateState.CLOSED and provider in (None, gate.provider):
            await gates.reopen_gate(session, context.league.id, gate.provider, reason=reason)
    return _answer(await _status(context, session))
