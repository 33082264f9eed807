"""`bball-tui contracts show`, `families show`: a contract or a family whole, as the panel beside the list has it."""

from collections.abc import Iterator
from datetime import tzinfo

import click

from bball_tui.cli.context import CliContext, in_transaction
from bball_tui.cli.output import Answer, Found, plain
from bball_tui.database.engine import Session
from bball_tui.league.roster.family import GuardianView
from bball_tui.league.roster.notes import NoteView
from bball_tui.league.timeline.read import ContractDetail, PlayerDetail, PlayerView, contract_detail, player_detail
from bball_tui.league.timeline.words import follow_up_words, note_words, struck_words
from bball_tui.mail.from_address import Outgoing

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, on a terminal too.")


@click.command("show")
@click.argument("contract_id", metavar="ID", type=click.IntRange(min=1))
@json_option
@in_transaction
async def contracts_show(context: CliContext, session: Session, contract_id: int) -> Answer:
    """Show one contract whole: signature, guardians with their numbers, history, what is next."""
    detail = await contract_detail(session, context.league.id, contract_id, Outgoing.here(context.settings))
    return Found(lambda: detail, lambda: _text(_contract(detail, context.league.zone)))


@click.group()
def families() -> None:
    """The families of the league: look one up, log what they said, follow up."""


@families.command("show")
@click.argument("player_id", metavar="PLAYER", type=click.IntRange(min=1))
@json_option
@in_transaction
async def families_show(context: CliContext, session: Session, player_id: int) -> Answer:
    """Show a player's family: guardians with their numbers, contracts of all seasons, history of the latest."""
    detail = await player_detail(session, context.league.id, player_id, Outgoing.here(context.settings))
    return Found(lambda: detail, lambda: _text(_player(detail, context.league.zone)))


def _text(lines: Iterator[str]) -> str:
    return "\n".join(map(plain, lines))


def _contract(detail: ContractDetail, zone: tzinfo) -> Iterator[str]:
    yield f"{_whose(detail.player)}: {detail.team}, {detail.season}"
    due = f", due {detail.due_on}" if detail.due_on is not None else ""
    why = f" ({detail.status_reason})" if detail.status_reason else ""
    yield f"Contract {detail.id}: {detail.status}{due}{why}"
    for title, one in (
        ("Signed", detail.signature),
        ("Signed before, not in force", detail.past_signature),
        *(("Before it was corrected", old) for old in detail.superseded),
    ):
        if one is not None:
            how = f"{one.capacity.replace('_', ' ')}, {one.method.replace('_', '-')}, {one.signed_on}"
            yield f"{title}: {one.signer} ({how}), recorded by {one.recorded_by}"
    yield from _family(detail.guardians)
    yield from _notes(detail.notes, zone)
    yield from _history(detail, zone)


def _player(detail: PlayerDetail, zone: tzinfo) -> Iterator[str]:
    yield _whose(detail.player)
    yield from _family(detail.guardians)
    yield from _notes(detail.notes, zone)
    yield ""
    yield "Contracts"
    for row in detail.contracts:
        yield f"  {row.id}  {row.season}  {row.team}  {row.status}"
    if not detail.contracts:
        yield "  none"
    if detail.latest is not None:
        yield from _history(detail.latest, zone)


def _whose(player: PlayerView) -> str:
    jersey = f"  #{player.jersey}" if player.jersey else ""
    unknown = ", birthdate hidden for your role" if player.birthdate_hidden else ""
    born = unknown if player.birthdate is None else f", born {player.birthdate}"
    also = f", also {player.also}" if player.also else ""
    return f"{player.first} {player.last}{jersey}{born}{also}"


def _family(guardians: tuple[GuardianView, ...]) -> Iterator[str]:
    yield ""
    yield "Guardians"
    for one in guardians:
        marks = [*(["gets e-mail"] if one.receives_email else []), *(["may sign"] if one.may_sign else [])]
        trouble = "last e-mail came back" if one.came_back else "gets no more e-mail" if one.suppressed else ""
        phone = one.phone or ("phone hidden for your role" if one.phone_hidden else "no phone")
        facts = [one.relation, phone, one.email or "no e-mail", *marks, trouble]
        yield f"  {one.first} {one.last}: {', '.join(fact for fact in facts if fact)}"
    if not guardians:
        yield "  no one: no e-mail can be sent"


def _notes(notes: tuple[NoteView, ...], zone: tzinfo) -> Iterator[str]:
    if notes:
        yield ""
        yield "Notes and calls"
    for note in notes:
        said = f"{note_words(note)}{follow_up_words(note)}{struck_words(note)}"
        yield f"  {note.id}  {note.at.astimezone(zone):%Y-%m-%d %H:%M}  {said}  ({note.by})"


def _history(detail: ContractDetail, zone: tzinfo) -> Iterator[str]:
    yield ""
    yield f"History with {detail.team}"
    for event in detail.trace:
        when = f"{event.on}" if event.at is None else f"{event.at.astimezone(zone):%Y-%m-%d %H:%M}"
        yield f"  {when}  {event.text}" + (f"  ({event.who})" if event.who else "")
    yield ""
    yield "What is next"
    yield f"  {detail.next}"
