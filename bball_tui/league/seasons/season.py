"""A season: its fields, and whether it is the one that the desk shows."""

from datetime import date

from bball_tui.dates import EXAMPLES, parse_date
from bball_tui.language import _
from bball_tui.league.fields import Draft, Field, Kind, Option, Reading, drafted
from bball_tui.league.values.names import typed_text

LONGEST_NAME = 100


def _day(text: str, reading: Reading) -> date | None:
    return parse_date(text, reading.order, reading.today, ahead=True) if text.strip() else None


NAME = Field(
    name="name",
    label="Name",
    example=lambda _: "Spring 2027",
    parse=lambda text, _: typed_text(text, LONGEST_NAME, needed=True),
    empty="",
    needed=True,
    option=Option(flag="--name", help="The name, such as Spring 2027."),
)
STARTS_ON = Field(
    name="starts_on",
    kind=Kind.DAY,
    label="Begins",
    help="Optional.",
    example=lambda order: _("such as {example}").format(example=EXAMPLES[order]),
    parse=_day,
    option=Option(flag="--starts", metavar="DATE", help="The first day.", edit="Empty for unknown."),
)
ENDS_ON = Field(
    name="ends_on",
    kind=Kind.DAY,
    label="Ends",
    help="Optional.",
    example=lambda order: _("such as {example}").format(example=EXAMPLES[order]),
    parse=_day,
    option=Option(flag="--ends", metavar="DATE", help="The last day.", edit="Empty for unknown."),
)
CURRENT = Field(
    name="current",
    kind=Kind.FLAG,
    initial=True,
    label="Desk",
    spoken="shown season",
    question="show this season for everyone",
    help="Teams and contracts of the shown season are what the tabs list.",
)
"""A mark of the league, and no column of the season."""

COLUMNS = (NAME, STARTS_ON, ENDS_ON)
FIELDS = (*COLUMNS, CURRENT)


@drafted(FIELDS)
class SeasonDraft(Draft):
    """A season as a form has it; the days in the league's order of dates."""
