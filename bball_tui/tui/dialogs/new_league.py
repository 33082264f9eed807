"""A new league on one screen: its name, its first season, its clock, and how it writes dates."""

from collections.abc import Iterable
from typing import ClassVar
from zoneinfo import available_timezones

from msgspec import Struct
from textual import on
from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import Input, Static

from bball_tui.database.states import DateOrder
from bball_tui.dates import EXAMPLES
from bball_tui.language import _
from bball_tui.tui.dialogs.controls import DialogButton, Field, Picker, TextField
from bball_tui.tui.dialogs.input_dialog import InputDialog
from bball_tui.tui.text import content

LONGEST_NAME = 200
LONGEST_SEASON = 100
_WORDS = {DateOrder.MDY: _("month/day/year"), DateOrder.DMY: _("day/month/year"), DateOrder.YMD: _("year-month-day")}


class LeagueBasics(Struct, frozen=True):
    """What a league begins with; ``timezone`` is an IANA name."""

    name: str
    season: str
    timezone: str
    date_order: DateOrder


class NewLeague(InputDialog[LeagueBasics | None]):
    """What the league is to begin with, or None. ``guess`` stands in the fields."""

    HELP = """
    ## Your league
    Type its name as families know it. Season, time zone and the way to write dates are guessed from this computer: Tab
    leads to each, typing replaces it, Space opens a list. All of it can be changed later, under *The league* and
    *Seasons*. Enter makes the league, Esc goes back and makes nothing.
    """
    BINDINGS: ClassVar = [Binding("enter", "confirm", "make it", show=False)]

    def __init__(self, guess: LeagueBasics) -> None:
        super().__init__()
        self.set_reactive(NewLeague.heading, _("Your league"))
        self._guess = guess

    def body(self) -> Iterable[Widget]:
        """The four fields."""
        guess = self._guess
        zones = sorted(available_timezones() | {guess.timezone})
        orders = [(f"{EXAMPLES[order]}  ({words})", order) for order, words in _WORDS.items()]
        yield Static(
            content(_("What is your league's name? The rest is guessed from this computer: change what is wrong."))
        )
        yield Static("")
        yield Field(_("League"), TextField(guess.name, placeholder=_("its name"), id="name"), id="name-field")
        yield Field(
            _("Season"), TextField(guess.season, placeholder=_("such as Spring 2027"), id="season"), id="season-field"
        )
        yield Field(_("Time zone"), Picker([(zone, zone) for zone in zones], guess.timezone, id="zone"))
        yield Field(_("Dates"), Picker(orders, guess.date_order, id="dates"))

    def choices(self) -> Iterable[DialogButton]:
        """Make it, or go back."""
        yield DialogButton(_("Make the league"), key="Enter", command="confirm", short=_("Make it"))
        yield self.cancel_choice(_("Back"))

    @on(Input.Changed)
    def _typed(self) -> None:
        for field in self.query(Field):
            field.problem = ""

    @on(Input.Submitted)
    def action_confirm(self) -> None:
        """Answer, once both names can be."""
        name, season = self._text("name"), self._text("season")
        if not name:
            self._complain("name", _("What is your league's name? Type it and press Enter."))
        elif len(name) > LONGEST_NAME:
            self._complain(
                "name",
                _("The name has {name} characters; {longest_name} is the limit.").format(
                    name=len(name), longest_name=LONGEST_NAME
                ),
            )
        elif not season:
            self._complain("season", _("Which season comes first? Type a name such as Spring 2027."))
        elif len(season) > LONGEST_SEASON:
            self._complain(
                "season",
                _("The season has {season} characters; {longest_season} is the limit.").format(
                    season=len(season), longest_season=LONGEST_SEASON
                ),
            )
        else:
            zone, order = self.query_one("#zone", Picker).chosen, self.query_one("#dates", Picker).chosen
            self.dismiss(LeagueBasics(name, season, zone, order))

    def _text(self, name: str) -> str:
        return " ".join(self.query_one(f"#{name}", TextField).value.split())

    def _complain(self, name: str, sentence: str) -> None:
        self.refuse(sentence, f"{name}-field")
        self.query_one(f"#{name}", TextField).focus()
