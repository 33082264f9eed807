"""The keys that work in every list. Keys of a screen must not repeat them."""

from dataclasses import dataclass

from bball_tui.tui.actions import Action, ActionSet

STILL_READING = "The list is still being read."


@dataclass(frozen=True, slots=True)
class ListState:
    """What decides which of them are allowed now."""

    on_row: bool
    """Whether there is a row under the cursor, and it is in memory."""
    total: int | None
    """None before the rows were first read."""
    sortable: int
    """How many of the columns the list can be sorted by."""


def _on_row(state: ListState) -> str | None:
    if state.on_row:
        return None
    return "This row is still on its way." if state.total else _has_rows(state)


def _has_rows(state: ListState) -> str | None:
    if state.total is None:
        return STILL_READING
    return None if state.total else "The list is empty."


def _sortable(state: ListState) -> str | None:
    return None if state.sortable else "This list has one order only."


LIST_ACTIONS: ActionSet = ActionSet(
    "In every list",
    (
        Action(id="list.up", keys="k,up", label="up", help="One row up.", palette=False),
        Action(id="list.down", keys="j,down", label="down", help="One row down.", palette=False),
        Action(id="list.page-up", keys="pageup", label="page up", help="One window up.", palette=False),
        Action(id="list.page-down", keys="pagedown", label="page down", help="One window down.", palette=False),
        Action(id="list.first", keys="g,home", label="first row", help="To the first row."),
        Action(id="list.last", keys="G,end", label="last row", help="To the last row."),
        Action(
            id="list.open",
            keys="enter",
            label="open",
            help="Open the row under the cursor. It only shows, it never changes anything.",
            when=_on_row,
        ),
        Action(
            id="list.select",
            keys="space",
            label="select",
            help="Select the row under the cursor, or no longer.",
            when=_on_row,
        ),
        Action(
            id="list.extend-up",
            keys="shift+up",
            label="select upward",
            help="Select this row and the one above.",
            when=_on_row,
            palette=False,
        ),
        Action(
            id="list.extend-down",
            keys="shift+down",
            label="select downward",
            help="Select this row and the one below.",
            when=_on_row,
            palette=False,
        ),
        Action(
            id="list.select-all",
            keys="a",
            label="select all",
            help="Select all rows that match the search, also those not on the screen.",
            when=_has_rows,
        ),
        Action(
            id="list.sort",
            keys="o",
            label="order by the next column",
            help="Sort by the chosen column, else by the next one. A click on a title does it too.",
            when=_sortable,
        ),
        Action(
            id="list.reverse",
            keys="minus",
            label="reverse the order",
            help="Turn the order round.",
            when=_sortable,
        ),
        Action(
            id="list.copy",
            keys="y",
            label="copy",
            help="Copy the selected rows, the cell of a chosen column, or the row under the cursor, to the clipboard.",
            when=_on_row,
        ),
        Action(id="list.reload", keys="ctrl+r", label="load again", help="Ask the database again."),
    ),
    everywhere=True,
    place=2,
)
