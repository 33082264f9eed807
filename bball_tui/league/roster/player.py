"""A player: the value, and its fields.

The order of :data:`FIELDS` is that of forms, options and exports; :data:`LISTED` that of lists. How players are
matched, told apart and signed for is elsewhere and knows its fields by name.
"""

from datetime import date
from typing import TYPE_CHECKING, Any

import msgspec

from bball_tui.dates import EXAMPLES, parse_date
from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.league.fields import Draft, Field, Kind, Option, Reading, drafted
from bball_tui.league.values import placeholders
from bball_tui.league.values.birthdates import FIRST_BIRTHDATE, birthdate
from bball_tui.league.values.cells import plain_text
from bball_tui.league.values.codes import jersey
from bball_tui.league.values.names import first_name, person_name, typed_name

if TYPE_CHECKING:  # whoever only reads a file, in a process of its own, needs no SQL
    from sqlalchemy import ColumnElement, SQLColumnExpression


class PlayerValues(msgspec.Struct, frozen=True, gc=False):
    """What is known of a player."""

    first_name: str
    last_name: str
    birthdate: date | None = None
    jersey: str | None = None

    def label(self) -> str:
        """The player as people call him or her."""
        return f"{self.first_name} {self.last_name}"


def also_called(merged_names: str, name: str) -> str:
    """The other names of a player called ``name``, into whom those of ``merged_names`` were merged."""
    return ", ".join(one for one in merged_names.split(", ") if one != name)


def completed(values: PlayerValues, more: PlayerValues) -> PlayerValues:
    """``values``, and what ``more`` knows where they know nothing."""
    return PlayerValues(**{one.name: getattr(values, one.name) or getattr(more, one.name) for one in FIELDS})


def _birthdate(text: str, reading: Reading) -> date | None:
    line = plain_text(text)
    if not line:
        return None
    found = parse_date(line, reading.order, reading.today)
    if found > reading.today:
        raise BballError(_("This date of birth is in the future. Correct the year."))
    if found < FIRST_BIRTHDATE:
        raise BballError(_("This date of birth is before 1900. Correct the year, or leave it empty."))
    return found


def _unknown_days_last(column: "SQLColumnExpression[Any]") -> "ColumnElement[Any]":
    """No date stands after all others. Spelled as in the index, which else is not used."""
    from sqlalchemy import Date, func, literal_column

    return func.coalesce(column, literal_column("'9999-12-31'::date", Date))


def _by_number(column: "SQLColumnExpression[Any]") -> "ColumnElement[Any]":
    from sqlalchemy import func

    return func.coalesce(func.lpad(column, 3, " "), "~")


FIRST_NAME = Field(
    name="first_name",
    label="First name",
    parse=lambda text, _: typed_name(text),
    empty="",
    needed=True,
    option=Option(flag="--first", help="The first name."),
    title="Player First Name",
    aliases=("playerfirstname", "playerfirst", "firstname", "first", "givenname", "playergivenname"),
    cell=lambda text, _: first_name(text),
    blank=placeholders.no_name,
    key="first",
)
LAST_NAME = Field(
    name="last_name",
    label="Last name",
    parse=lambda text, _: typed_name(text),
    empty="",
    needed=True,
    option=Option(flag="--last", help="The last name."),
    title="Player Last Name",
    aliases=("playerlastname", "playerlast", "lastname", "last", "surname", "familyname", "playersurname"),
    cell=lambda text, _: person_name(text),
    blank=placeholders.no_name,
    key="last",
)
BIRTHDATE = Field(
    name="birthdate",
    kind=Kind.DAY,
    label="Born on",
    help="Decides who may sign: from 18 on the player signs alone. Optional.",
    example=lambda order: _("such as {example}").format(example=EXAMPLES[order]),
    parse=_birthdate,
    option=Option(
        flag="--birthdate",
        metavar="DATE",
        help="In the league's order of dates, or year first.",
        edit="Empty for unknown.",
    ),
    title="Date of Birth",
    aliases=("dateofbirth", "birthdate", "birthday", "dob", "playerdateofbirth", "playerbirthdate", "playerdob"),
    cell=lambda text, reading: birthdate(text, reading.order, reading.today, reading.proven),
    blank=placeholders.no_value,
    heading="Born",
    spoken="date of birth",
    order=_unknown_days_last,
)
JERSEY = Field(
    name="jersey",
    label="Jersey",
    help="One to three digits. 00 is another number than 0.",
    parse=lambda text, _: jersey(text),
    option=Option(flag="--jersey", help="Such as 7 or 00, which is not 0.", edit="Empty for none."),
    title="Jersey",
    aliases=(
        "jersey", "jerseynumber", "jerseyno", "number", "no", "uniformnumber", "playerjersey", "shirtnumber",
    ),
    cell=lambda text, _: jersey(text),
    heading="No.",
    order=_by_number,
)  # fmt: skip

FIELDS = (FIRST_NAME, LAST_NAME, BIRTHDATE, JERSEY)
LISTED = (FIRST_NAME, LAST_NAME, JERSEY, BIRTHDATE)


@drafted(FIELDS)
class PlayerDraft(Draft):
    """A player as a form has it; days are written in the league's order of dates."""
