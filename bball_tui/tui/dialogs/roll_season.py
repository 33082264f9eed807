"""A new season, first step: from which one, its name, and what the age groups are called next."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from msgspec import Struct
from textual import on, work
from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import Input, Select, Static

from bball_tui.database.states import DateOrder
from bball_tui.dates import NoDate, parse_date, write_date
from bball_tui.errors import BballError
from bball_tui.language import LABEL, _, in_context
from bball_tui.league.seasons.roll_request import RollRequest
from bball_tui.tui.dialogs.controls import DialogButton, Field, Picker, TextField
from bball_tui.tui.dialogs.submit_dialog import SubmitDialog
from bball_tui.tui.hanging_indent import Hanging
from bball_tui.tui.text import content
from bball_tui.tui.theme import STYLES, Tone

if TYPE_CHECKING:
    from bball_tui.league.seasons.roll_plan import RollPlan


class SeasonChoice(Struct, frozen=True):
    """A season to begin from: its id and name, and what the one after it may be called."""

    id: int
    name: str
    following: str = ""


Suggest: TypeAlias = Callable[[int], Awaitable[str]]
"""The usual pattern for the teams of that season."""
UsualDay: TypeAlias = Callable[[str], date]
"""The day that ages count on in the season of that name, if nobody says another."""
MakePlan: TypeAlias = "Callable[[RollRequest], Awaitable[RollPlan]]"


class Planned(Struct, frozen=True):
    """What was asked for, and the plan for it."""

    asked: RollRequest
    plan: "RollPlan"


class RollSeason(SubmitDialog[Planned]):
    """The plan for what was typed; None: they changed their mind. Nothing is written in here."""

    HELP = """
    ## A new season
    From which season it comes, and what it is called: a season that exists already is filled up. The age groups say
    what teams are called next, such as `U10 → U12`: change them, or type `keep` to keep all names. Ages count on the
    day below; if it is empty, on the one that it names: the league's cut-off, else the day the season begins, as far
    as that is known, else today. Enter shows the plan; nothing is made yet.
    """
    BINDINGS: ClassVar = [Binding("enter", "confirm", "show the plan", show=False)]

    def __init__(
        self,
        seasons: Sequence[SeasonChoice],
        current: int,
        *,
        suggest: Suggest,
        plan: MakePlan,
        usual_day: UsualDay,
        order: DateOrder,
        today: date,
    ) -> None:
        super().__init__()
        self.set_reactive(RollSeason.heading, _("New season"))
        self._seasons = {one.id: one for one in seasons}
        self._current = current
        self._suggest, self._plan, self._usual_day = suggest, plan, usual_day
        self._order, self._today = order, today
        self._suggested_name = self._suggested_pattern = ""

    def body(self) -> Iterable[Widget]:
        """What is asked."""
        options = [(one.name, one.id) for one in self._seasons.values()]
        yield Field(_("From"), Picker(options, self._current, id="from"), id="from-field")
        name = TextField(placeholder=_("such as Fall 2027"), id="name")
        yield Field(in_context(LABEL, "New season"), name, id="name-field")
        yield Field(
            _("Age groups"), TextField(placeholder=_("such as U10 → U12, or keep"), id="pattern"), id="pattern-field"
        )
        yield Field(_("Ages on"), TextField(placeholder=self._day_hint(""), id="day"), id="day-field")
        sentence = _("Nothing is made yet: the plan comes next, with a reason for every player.")
        yield Static(Hanging(content((sentence, STYLES[Tone.MUTED]))))

    def _day_hint(self, name: str) -> str:
        # As it could be typed there, so that it is the example as well.
        return _("{day} if left empty").format(day=write_date(self._usual_day(name), self._order))

    def choices(self) -> Iterable[DialogButton]:
        """The plan, or not."""
        yield DialogButton(_("Show the plan"), key="Enter", command="confirm")
        yield self.cancel_choice()

    def first_focus(self) -> Widget | None:
        """The name."""
        return self.query_one("#name", TextField)

    def on_mount(self) -> None:
        """Suggest name and age groups for the season that is shown."""
        self._propose()

    @on(Select.Changed, "#from")
    def _another(self, event: Select.Changed) -> None:
        event.stop()
        self._propose()

    def _propose(self) -> None:
        source = self._seasons[self.query_one("#from", Picker).chosen]
        name = self.query_one("#name", TextField)
        # What somebody typed stays.
        if name.value == self._suggested_name:
            self._suggested_name = source.following
            name.suggest(source.following)
        self._read_pattern(source.id)

    @work(group="suggest", exclusive=True)
    async def _read_pattern(self, source_id: int) -> None:
        try:
            pattern = await self._suggest(source_id)
        except BballError as error:
            self.refuse(str(error))
            return
        if self.gone:
            return
        field = self.query_one("#pattern", TextField)
        if field.value == self._suggested_pattern:
            self._suggested_pattern = pattern
            field.suggest(pattern)

    @on(Input.Changed)
    def _typed(self) -> None:
        self.say("")
        self.query_one("#day", TextField).placeholder = self._day_hint(self.typed("name").strip())

    def action_confirm(self) -> None:
        """Make the plan, once."""
        name, pattern, typed = self.typed("name").strip(), self.typed("pattern"), self.typed("day").strip()
        if not name:
            self.complain("name", _("Give the new season a name."))
            return
        day: date | None = None
        if typed:
            try:
                day = parse_date(typed, self._order, self._today, ahead=True)
            except NoDate as error:
                self.complain("day", str(error))
                return
        # Before the suggestion is there an empty field asks for the usual one, afterwards it keeps the names.
        wanted = pattern if pattern.strip() or self._suggested_pattern else None
        asked = RollRequest(name, self.query_one("#from", Picker).chosen, wanted, day)

        async def make() -> Planned:
            return Planned(asked, await self._plan(asked))

        self.begin(make, blame="name")
