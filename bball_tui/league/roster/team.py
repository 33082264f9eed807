"""A team: its fields. Which of its players have signed, and its chat, are no fields of it."""

from bball_tui.league.fields import Draft, Field, Option, drafted
from bball_tui.league.values.names import typed_text

LONGEST_NAME, LONGEST_DIVISION = 200, 100

NAME = Field(
    name="name",
    label="Name",
    help="As families know the team.",
    example=lambda _: "Hawks U12",
    parse=lambda text, _: typed_text(text, LONGEST_NAME, needed=True),
    empty="",
    needed=True,
    option=Option(flag="--name", help="The name, as families know the team."),
)
DIVISION = Field(
    name="division",
    label="Division",
    help="Tells apart teams of one name. Optional.",
    parse=lambda text, _: typed_text(text, LONGEST_DIVISION),
    empty="",
    option=Option(flag="--division", help="Such as U12.", edit="Empty for none."),
)

FIELDS = (NAME, DIVISION)


@drafted(FIELDS)
class TeamDraft(Draft):
    """A team as a form has it."""
