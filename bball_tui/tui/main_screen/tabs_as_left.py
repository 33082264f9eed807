"""How the tabs are found again at the next start: the tab, and of each list its search, filters, order and row."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeGuard

from bball_tui.settings import Settings
from bball_tui.tui.ui_state import UiState, keep, recall

if TYPE_CHECKING:
    from bball_tui.tui.tabs.record_pane import RecordPane


class TabsAsLeft:
    """How the tabs of one league were left, and how they are left now."""

    def __init__(self, settings: Settings, league: str) -> None:
        self._settings = settings
        self._league = league
        self._state = recall(settings, league)

    @property
    def tab(self) -> str:
        """The tab that was looked at; empty when that is not known."""
        return self._state.tab

    def restore(self, name: str, pane: object) -> None:
        """Make a tab look as it was left, before its rows are asked for."""
        found = self._state.tabs.get(name)
        if found is not None and _has_searches(pane):
            pane.restore(found)

    def keep(self, tab: str, panes: Mapping[str, Any]) -> None:
        """Write down how the desk looks, if that is news."""
        lists = {
            name: pane.remembered()
            for name, pane in panes.items()
            if _has_searches(pane) and pane.records.total is not None
        }
        if UiState(tab, self._state.tabs | lists) != self._state:
            # Of tabs that were not looked at the file knows better: whoever erased somebody forgot the searches there.
            self._state = UiState(tab, recall(self._settings, self._league).tabs | lists)
            keep(self._settings, self._league, self._state)


def _has_searches(pane: object) -> "TypeGuard[RecordPane[Any]]":
    """Whether ``pane`` shows one list that can be searched."""
    from bball_tui.tui.tabs.record_pane import RecordPane  # it comes with the first tab, behind the first paint

    return isinstance(pane, RecordPane) and pane.searchable
