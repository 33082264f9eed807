"""How a field of an entity is described, and the views of it that need no more than the description.

A view is a form's draft, the arguments of an insert, the words of the audit. To add a field, add a column to the
table (with a migration), an attribute to the entity's value where it has one, and one :class:`Field`.
"""

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias, TypeVar

from msgspec import Struct

from bball_tui.database.states import DateOrder
from bball_tui.dates import write_date
from bball_tui.league.values.placeholders import says_nothing

if TYPE_CHECKING:  # whoever only reads a file, in a process of its own, needs no SQL
    from sqlalchemy import ColumnElement, SQLColumnExpression


class Kind(StrEnum):
    """What a field holds, as far as forms, options and workbooks treat it differently."""

    TEXT = "text"
    DAY = "day"
    PICK = "pick"
    FLAG = "flag"


class Reading(Struct, frozen=True):
    """What a text is read by: the league's order of dates and its day; ``proven`` is the order that a file's column
    proves by itself."""

    order: DateOrder
    today: date
    proven: DateOrder | None = None


Parse: TypeAlias = Callable[[str, Reading], Any]
"""From a text to the value. What it raises is a sentence for the person who typed it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """The option of the command line. ``edit`` is its help where a record is changed, if that differs."""

    flag: str
    help: str
    edit: str = ""
    metavar: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field. ``name`` is the attribute of the value and the draft, the column of the table and the audit's key."""

    name: str
    kind: Kind = Kind.TEXT
    choices: tuple[str, ...] = ()
    """Of a field that picks one of several."""
    called: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """What a form calls a choice, where that is not the choice itself."""
    initial: str | bool = ""
    """What a form for a new record begins with."""
    label: str
    """In a form."""
    question: str = ""
    """Beside the box of a flag."""
    help: str = ""
    """While the form's field has the focus; ``{player}`` stands for the player whom a link is about."""
    example: Callable[[DateOrder], str] = lambda _: ""
    """What an empty field of a form shows."""
    parse: Parse = lambda value, _: value
    """What a person typed: in a form, or as an option."""
    empty: Any = None
    """The value of a field in which nothing is typed."""
    needed: bool = False
    """A record cannot be without it."""
    option: Option | None = None
    """None: the command line has no option for it, or a command of its own."""
    title: str = ""
    """The column of a file: what an export calls it and an import understands; empty where files do not say it."""
    aliases: tuple[str, ...] = ()
    """What other programs call that column, as :func:`~.importing.presets.fold_heading` leaves it."""
    cell: Parse = lambda text, _: text
    """What stands in that column. Stricter than ``parse``: nobody is there who could be asked."""
    blank: Callable[[str], bool] = says_nothing
    """Whether a cell says in words that there is nothing to say."""
    heading: str = ""
    """Over the column of a printed list; empty where the list shows it in another column."""
    spoken: str = ""
    """In a sentence about a change, or a file that contradicts staff, where it is not ``name`` in words."""
    mark: str = ""
    """Of a flag that is set, where a screen has no room for words."""
    key: str = ""
    """In the JSON of a list, where it is not ``name``."""
    order: "Callable[[SQLColumnExpression[Any]], ColumnElement[Any]] | None" = None
    """What a list sorts by: an expression that is never NULL."""

    @property
    def export_name(self) -> str:
        """The key in an export's JSON: "Date of Birth" is ``date_of_birth``."""
        return self.title.lower().replace(" ", "_")

    @property
    def words(self) -> str:
        """``name`` in words."""
        return self.name.replace("_", " ")

    @property
    def said(self) -> str:
        """In a sentence about a change, or a file that contradicts staff."""
        return self.spoken or self.words

    def write(self, value: Any, order: DateOrder) -> str:
        """``value`` as people read it."""
        if value is None:
            return ""
        if self.kind is Kind.FLAG:
            return "yes" if value else "no"
        if isinstance(value, list):
            return ", ".join(map(str, value))
        return write_date(value, order) if self.kind is Kind.DAY else str(value)

    def drafted(self, value: Any, order: DateOrder) -> str | bool:
        """``value`` as a form has it."""
        return bool(value) if self.kind is Kind.FLAG else self.write(value, order)


class Draft:
    """A record as a form has it: a text for each field, yes or no for a flag.

    A subclass is a dataclass, made by :func:`drafted`.
    """

    if TYPE_CHECKING:
        __dataclass_fields__: ClassVar[dict[str, Any]]

        def __init__(self, *values: str | bool, **named: str | bool) -> None: ...

        def __getattr__(self, name: str) -> Any: ...


DraftT = TypeVar("DraftT", bound=Draft)


def drafted(fields: Sequence[Field]) -> Callable[[type[DraftT]], type[DraftT]]:
    """Make a class of drafts with an attribute for each of ``fields``, at first what a new record begins with."""

    def fill(kind: type[DraftT]) -> type[DraftT]:
        kind.__annotations__ = {field.name: bool if field.kind is Kind.FLAG else str for field in fields}
        for field in fields:
            setattr(kind, field.name, field.initial)
        return dataclass(frozen=True)(kind)

    return fill


def draft_of(kind: type[DraftT], fields: Sequence[Field], value: object, order: DateOrder) -> DraftT:
    """``value`` as a form shows it."""
    return kind(*(field.drafted(getattr(value, field.name), order) for field in fields))


def columns_of(fields: Iterable[Field], value: object) -> dict[str, Any]:
    """The table's columns for ``value``."""
    return {field.name: getattr(value, field.name) for field in fields}


def audited(columns: Mapping[str, object], names: Iterable[str] | None = None) -> dict[str, object]:
    """Columns (those of ``names``) as the audit keeps them: texts, with the year of a day first."""
    return {
        name: None if columns[name] is None else str(columns[name]) for name in (columns if names is None else names)
    }
