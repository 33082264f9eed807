"""What the commands that add and edit have in common: one save, its JSON, its sentences, its exit code."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import wraps
from typing import Any, TypeVar

import click
from msgspec import Struct

from bball_tui.cli.context import in_transaction
from bball_tui.cli.output import Did
from bball_tui.errors import BballError
from bball_tui.league.editing.outcome import (
    Doubtful,
    Lookalike,
    OthersAddress,
    Outcome,
    Overtaken,
    Problem,
    Saved,
    Unpromised,
    Wrong,
)
from bball_tui.league.fields import Field, Option

DraftT = TypeVar("DraftT")
CommandT = TypeVar("CommandT", bound=Callable[..., object])

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, on a terminal too.")
yes_option = click.option("--yes", is_flag=True, help="Do not ask, also where it is another family's address.")


class SavedLine(Struct, frozen=True):
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
        fields, lambda one, option: {"help": option.help, **({"required": True} if one.needed else {"default": None})}
    )


def edit_options(fields: Sequence[Field]) -> Callable[[CommandT], CommandT]:
    """An option for each field of a record that is changed; what is left out stays."""
    return _options(fields, lambda _, option: {"help": option.edit or option.help, "default": None})


def _options(
    fields: Sequence[Field], rest: Callable[[Field, Option], dict[str, Any]]
) -> Callable[[CommandT], CommandT]:
    def decorate(command: CommandT) -> CommandT:
        for one in reversed(fields):
            if (said := one.option) is not None:
                kind = click.Choice(one.choices) if one.choices else None
                option = click.option(said.flag, one.name, type=kind, metavar=said.metavar, **rest(one, said))
                command = option(command)
        return command

    return decorate


def given(draft: DraftT, values: dict[str, Any]) -> DraftT:
    """``draft`` with the options that were used; those left out stay as they are."""
    return replace(draft, **{name: value for name, value in values.items() if value is not None})  # type: ignore[type-var]


def saving(what: str) -> Callable[[Callable[..., Awaitable[Outcome]]], Callable[..., int]]:
    """A command that saves one ``what`` ("Team") in one transaction and says what came of it."""

    def decorate(work: Callable[..., Awaitable[Outcome]]) -> Callable[..., int]:
        @wraps(work)
        async def run(*args: Any, **options: Any) -> Did:
            return answer_of(what, await work(*args, **options))

        return in_transaction(run)

    return decorate


@contextmanager
def address_needs_yes() -> Iterator[None]:
    """Name the option with which an address of another family is written.

    Raises:
        BballError: it is another family's, and the option was not given.
    """
    try:
        yield
    except OthersAddress as error:
        raise BballError(f"{error} '--yes' writes it all the same.") from error


def answer_of(what: str, outcome: Outcome) -> Did:
    """What became of a save, for people and for scripts.

    Raises:
        BballError: a colleague was quicker.
    """
    match outcome:
        case Saved():
            saved = "saved" if outcome.changed else "nothing to change"
            unpromised = (
                f"{one.address} hasn't been sent the welcome e-mail for {one.player}: "
                f"bball-tui contracts welcome {one.contract_id} sends it."
                for one in outcome.unpromised
            )
            line = SavedLine(outcome.id, outcome.changed, outcome.notes, unpromised=outcome.unpromised)
            done = [outcome.done] if outcome.done else []
            return Did([f"{what} {outcome.id}: {saved}.", *done, *outcome.notes, *unpromised], line)
        case Wrong(problems):
            wrong = [f"{problem.field.replace('_', ' ')}: {problem.text}" for problem in problems]
            return Did([*wrong, "Nothing was saved."], SavedLine(None, False, problems=problems), code=1)
        case Doubtful(others):
            known = [
                f"{other.name} ({other.about}) is already in the league, as player {other.id}." for other in others
            ]
            options = " ".join(f"--not-same {other.id}" for other in others)
            way_out = f"Nothing was saved. If this is someone else, say so with {options}; that is remembered."
            return Did([*known, way_out], SavedLine(None, False, lookalikes=others), code=1)
        case Overtaken(by=by, at=at):
            raise BballError(f"This was changed by {by} at {at} just now. Run the command again.")


def agreed_to(count: int | None, needed: int, act: str, what: str) -> None:
    """Have the number typed, unless a script gave it as ``count``; ``act`` is a verb such as "erase".

    Raises:
        BballError: it is another number than ``needed``.
    """
    if count is None:
        count = click.prompt(f"Type {needed} to {act} {what}", type=int, err=True)
    if count != needed:
        raise BballError(f"This {act}s {what}, not {count}. Nothing was {act}d.")
