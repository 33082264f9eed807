"""A new season, last step: what the contracts begin with, and what will be made."""

from collections.abc import Awaitable, Callable, Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from textual import on
from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import Checkbox, Select, Static

from bball_tui.database.states import ContractStatus, DateOrder
from bball_tui.dates import NoDate, example, parse_date
from bball_tui.language import _
from bball_tui.league.rules.team_check import LeagueRules, check_moves
from bball_tui.league.seasons.roll_request import HOLD_SECONDS, RollOutcome
from bball_tui.tui.dialogs.controls import DialogButton, Field, Picker, TextField, TickBox
from bball_tui.tui.dialogs.submit_dialog import SubmitDialog
from bball_tui.tui.hanging_indent import Hanging
from bball_tui.tui.text import Part, content_lines
from bball_tui.tui.theme import STYLES, SYMBOLS, Tone
from bball_tui.wording import counted

if TYPE_CHECKING:
    from bball_tui.league.seasons.roll_plan import RollPlan
    from bball_tui.league.seasons.roll_request import Rolled

MOST_MOVES = 3
MakeSeason: TypeAlias = "Callable[[RollOutcome], Awaitable[Rolled | None]]"
"""None: the plan is another one by now."""


class RollMake(SubmitDialog["Rolled | None"]):
    """Makes what is ticked in one transaction; None: they changed their mind."""

    HELP = """
    ## What will be made
    **Drafts** tell no one and can be offered later, many at once. **Offers** may have a due date; their e-mails wait an
    hour in the outbox, where each can be read before it leaves. Enter makes all of it at once. While no one has signed,
    `{desk.roll-undo}` undoes all of it.
    """
    DEFAULT_CSS = """
    RollMake {
        & #due-field, & #mails-field { display: none; }
        &.-offers #due-field, &.-offers #mails-field { display: block; }
    }
    """
    BINDINGS: ClassVar = [Binding("enter", "confirm", "make it", show=False)]

    def __init__(
        self,
        plan: "RollPlan",
        places: dict[int, str],
        make: MakeSeason,
        *,
        mails: bool,
        order: DateOrder,
        today: date,
    ) -> None:
        super().__init__()
        self.set_reactive(RollMake.heading, _("Make {target}").format(target=plan.target))
        self._plan, self._places, self._make = plan, places, make
        self._moves = check_moves(LeagueRules(), plan.frozen, plan.moves(places))
        self._mails, self._order, self._today = mails, order, today

    def body(self) -> Iterable[Widget]:
        """What will be made, then how."""
        yield Static(Hanging(content_lines(self._lines())), id="effect")
        options = [
            (_("drafts: no one is told yet"), ContractStatus.DRAFT),
            (_("offers to sign"), ContractStatus.OFFERED),
        ]
        yield Field(_("Contracts"), Picker(options, ContractStatus.DRAFT, id="status"), id="status-field")
        hint = _("such as {example}; optional").format(example=example(self._order, self._today))
        yield Field(_("Due on"), TextField(placeholder=hint, id="due"), id="due-field")
        yield Field(_("E-mails"), TickBox(_("tell families, an hour from now"), id="mails"), id="mails-field")
        if self._moves:
            why = TextField(placeholder=_("why players change teams after the freeze"), id="reason")
            yield Field(_("Reason"), why, id="reason-field")
        yield Field(_("Show"), TickBox(_("everybody sees the new season now"), id="show"), id="show-field")

    def _lines(self) -> Iterator[list[Part]]:
        plan = self._plan
        teams = sum(one.team_id is None for one in plan.open_teams)
        if plan.target_id is None:
            yield [_("The season {target} is made from {source}.").format(target=plan.target, source=plan.source)]
        if teams:
            yield [_("{teams} are made.").format(teams=counted(teams, "team")) if teams > 1 else _("One team is made.")]
        number = len(self._places)
        yield [
            _("{number:,} players get a contract.").format(number=number)
            if number != 1
            else _("One player gets a contract.")
        ]
        for one in self._moves[:MOST_MOVES]:
            yield [(f"{SYMBOLS[Tone.WARN]} {one.text}", STYLES[Tone.WARN])]
        if len(self._moves) > MOST_MOVES:
            yield [
                _("And {moves:,} more like these; one reason counts for all.").format(
                    moves=len(self._moves) - MOST_MOVES
                )
            ]
        left = len(plan.lines) - number
        if left:
            yield [_("{players} left out; a later run lists them apart.").format(players=counted(left, "player"))]

    def choices(self) -> Iterable[DialogButton]:
        """Make it, or not."""
        yield DialogButton(
            _("Make {places:,}").format(places=len(self._places)) if self._places else _("Make it"),
            key="Enter",
            command="confirm",
        )
        yield self.cancel_choice()

    def first_focus(self) -> Widget | None:
        """What they begin with."""
        return self.query_one("#status", Picker)

    def on_mount(self) -> None:
        """E-mails as the league does with every offer."""
        self.query_one("#mails", TickBox).value = self._mails

    @on(Select.Changed, "#status")
    def _chosen(self, event: Select.Changed) -> None:
        event.stop()
        self.set_class(self._offers, "-offers")
        self.fit()

    @on(Checkbox.Changed)
    def _ticked(self, event: Checkbox.Changed) -> None:
        event.stop()

    @property
    def _offers(self) -> bool:
        return self.query_one("#status", Picker).chosen is ContractStatus.OFFERED

    def action_confirm(self) -> None:
        """Make it, once."""
        due_on: date | None = None
        typed = self.typed("due").strip() if self._offers else ""
        if typed:
            try:
                due_on = parse_date(typed, self._order, self._today, ahead=True)
            except NoDate as error:
                self.complain("due", str(error))
                return
            if due_on < self._today:
                self.complain("due", _("That day has passed. Type a future day. Nothing has happened yet."))
                return
        outcome = RollOutcome(
            self.query_one("#status", Picker).chosen,
            due_on,
            self._offers and self.query_one("#mails", TickBox).value,
            HOLD_SECONDS,
            self.query_one("#show", TickBox).value,
            self.typed("reason") if self._moves else None,
        )
        self.begin(lambda: self._make(outcome), blame="due" if self._offers else "status")
