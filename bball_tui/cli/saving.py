"""What the commands that add and edit have in common: one save, its JSON, its sentences, its exit code."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import click

from bball_tui.cli.context import Desk, with_desk
from bball_tui.cli.output import echo_json, narrate, wants_json
from bball_tui.database.engine import Session
from bball_tui.errors import BballError
from bball_tui.league.editing.outcome import Doubtful, Lookalike, Outcome, Overtaken, Problem, Saved, Unpromised, Wrong
from bball_tui.league.roster.fields import Field

DraftT = TypeVar("DraftT")
CommandT = TypeVar("CommandT", bound=Callable[..., object])

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, on a terminal too.")


@dataclass(frozen=True, slots=True)
class SavedLine:
    """The JSON of every command that saves; ``id`` is None when nothing was written, and then one list says why."""

    id: int | None
    changed: bool
    notes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    lookalikes: tuple[Lookalike, ...] = ()
    unpromised: tuple[Unpromised, ...] = ()


def new_options(fields: Sequence[Field]) -> Callable[[CommandT], CommandT]:
    """An option for each field of a new record; what is needed must be there, the rest may be left out."""
    return _options(
        fields, lambda one: {"help": one.option.help, **({"required": True} if one.needed else {"default": None})}
    )


def edit_options(fields: Sequence[Field]) -> Callable[[CommandT], CommandT]:
    """An option for each field of a record that is changed; what is left out stays."""
    return _options(fields, lambda one: {"help": one.option.edit or one.option.help, "default": None})


def _options(fields: Sequence[Field], rest: Callable[[Field], dict[str, Any]]) -> Callable[[CommandT], CommandT]:
    def decorate(command: CommandT) -> CommandT:
        for one in reversed(fields):
            kind = click.Choice(one.choices) if one.choices else None
            option = click.option(one.option.flag, one.name, type=kind, metavar=one.option.metavar, **rest(one))
            command = option(command)
        return command

    return decorate


def given(draft: DraftT, values: dict[str, Any]) -> DraftT:
    """``draft`` with the options that were used; those left out stay as they are."""
    return replace(draft, **{name: value for name, value in values.items() if value is not None})  # type: ignore[type-var]


def save(what: str, work: Callable[[Desk, Session], Awaitable[Outcome]], *, as_json: bool) -> int:
    """Run one save in one transaction and say what came of it; returns the exit code."""

    async def run(desk: Desk) -> int:
        async with desk.database.session() as session:
            outcome = await work(desk, session)
        return tell(what, outcome, as_json=as_json)

    return with_desk(run)


def tell(what: str, outcome: Outcome, *, as_json: bool) -> int:
    """Print the outcome; returns the exit code.

    Raises:
        BballError: a colleague was quicker.
    """
    match outcome:
        case Saved():
            line = SavedLine(outcome.id, outcome.changed, outcome.notes, unpromised=outcome.unpromised)
            narrate(f"{what} {outcome.id}: saved." if outcome.changed else f"{what} {outcome.id}: nothing to change.")
            for note in outcome.notes:
                narrate(note)
            for one in outcome.unpromised:
                narrate(
                    f"{one.address} was never promised the welcome mail for {one.player}: "
                    f"bball-tui contracts welcome {one.contract_id} sends it."
                )
        case Wrong(problems):
            line = SavedLine(None, False, problems=problems)
            for problem in problems:
                narrate(f"{problem.field.replace('_', ' ')}: {problem.text}")
            narrate("Nothing was saved.")
        case Doubtful(others):
            line = SavedLine(None, False, lookalikes=others)
            for other in others:
                narrate(f"{other.name} ({other.about}) is in the league already, as player {other.id}.")
            options = " ".join(f"--not-same {other.id}" for other in others)
            narrate(f"Nothing was saved. If this is somebody else, say so with {options}; that is remembered.")
        case Overtaken(by=by, at=at):
            raise BballError(f"This was changed by {by} at {at} just now. Run the command again.")
    if wants_json(as_json):
        echo_json(line)
    return 0 if line.id is not None else 1
