"""What can be done with a list of the roster whatever is in it: narrow it, choose a cell, take it along as a file."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from textual.containers import Horizontal

from bball_tui.tui.actions import Action, ActionHost, ActionSet

if TYPE_CHECKING:
    from bball_tui.tui.screens.roster_pane import RosterPane


@dataclass(frozen=True, slots=True)
class ToolState:
    """What decides which of them are allowed now."""

    obstacle: str | None
    """Why nothing is allowed yet; None once there are rows, or known to be none."""
    total: int | None
    narrowed: bool
    """Whether something is searched for or filtered."""


def _ready(state: ToolState) -> str | None:
    return state.obstacle


def _has_rows(state: ToolState) -> str | None:
    return state.obstacle or (None if state.total else "The list is empty.")


def _narrowed(state: ToolState) -> str | None:
    return state.obstacle or (None if state.narrowed else "Nothing is searched for or filtered.")


TOOL_ACTIONS: ActionSet = ActionSet(
    "On a list of the roster",
    (
        Action(
            id="tool.filter",
            keys="f",
            label="filter",
            help="Choose what the list is narrowed to: team, status, welcome mail, what needs attention, or your own.",
            when=_ready,
        ),
        Action(
            id="tool.unfilter",
            keys="F",
            label="show everything",
            help="Take the search and all filters away at once.",
            when=_narrowed,
        ),
        Action(
            id="tool.next-column",
            keys="right",
            label="choose a column",
            help="Choose the next column: y then copies one cell, and o orders by it. Esc chooses none.",
            when=_has_rows,
            palette=False,
        ),
        Action(
            id="tool.previous-column",
            keys="left",
            label="choose a column to the left",
            help="Choose the previous column.",
            when=_has_rows,
            palette=False,
        ),
        Action(
            id="tool.export",
            keys="x",
            label="export this list",
            help="Write the rows that match, in this order, to a CSV file for a spreadsheet.",
            when=_has_rows,
        ),
    ),
    place=3,
    tab="contracts",
)


class ListTools(ActionHost, Horizontal):
    """The room of list and panel; the commands are carried out by the pane around it."""

    ACTIONS = TOOL_ACTIONS
    BINDINGS: ClassVar[list[Any]] = TOOL_ACTIONS.bindings()
    BINDING_GROUP_TITLE = TOOL_ACTIONS.title

    def __init__(self, pane: "RosterPane[Any]") -> None:
        super().__init__(classes="pane--body")
        self._pane = pane

    def situation(self) -> ToolState:
        """How far the list has been read."""
        pane = self._pane
        return ToolState(pane.not_ready(), pane.records.total, bool(pane.search_bar.text or pane.choices))

    def action_tool_filter(self) -> None:
        self._pane.choose_filter()

    def action_tool_unfilter(self) -> None:
        self._pane.narrow((), "")

    def action_tool_next_column(self) -> None:
        self._pane.records.choose_column(1)

    def action_tool_previous_column(self) -> None:
        self._pane.records.choose_column(-1)

    def action_tool_export(self) -> None:
        self._pane.export()
