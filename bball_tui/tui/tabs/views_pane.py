"""A tab of several views: each is a list of its own with its search, cursor and selection; one is shown."""

from collections.abc import Collection, Iterable
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.reactive import reactive

from bball_tui.tui.actions import ActionHost, action
from bball_tui.tui.tabs.record_pane import RecordPane
from bball_tui.tui.widgets.record_list import RecordList
from bball_tui.tui.widgets.search_bar import SearchBar
from bball_tui.tui.widgets.tab_bar import TabBar, TabChosen, TabSpec

if TYPE_CHECKING:
    from textual.await_complete import AwaitComplete
    from textual.widget import AwaitMount

    from bball_tui.tui.connection import LeagueConnection


class ViewsPane(ActionHost, Vertical, commands="Views of a tab", tab="emails"):
    """Looks to the desk like one pane: what it asks, the view that is shown answers.

    ``VIEWS`` names them; ``PARTS`` says where each is, so that a view is loaded when it is first looked at.
    """

    VIEWS: ClassVar[tuple[TabSpec, ...]]
    PARTS: ClassVar[dict[str, str]]
    DEFAULT_CSS = """
    ViewsPane { height: 1fr; }
    ViewsPane > TabBar { padding: 0 1; }
    ViewsPane > .views { height: 1fr; }
    """

    connection: reactive["LeagueConnection | None"] = reactive(None, repaint=False)

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        first = self.VIEWS[0].id
        self.bar = TabBar(self.VIEWS, active=first)
        self._room = Container(classes="views")
        self._views: dict[str, RecordPane[Any]] = {first: self._make(first)}
        self.loading_view: AwaitMount | AwaitComplete | None = None

    def compose(self) -> ComposeResult:
        """The names of the views, and the one that is shown."""
        yield self.bar
        with self._room:
            yield from self._views.values()

    def _make(self, name: str) -> RecordPane[Any]:
        module, kind = self.PARTS[name].split(":")
        view: RecordPane[Any] = getattr(import_module(module), kind)(id=f"{self.id}-{name}")
        return view

    # What the desk asks

    @property
    def view(self) -> RecordPane[Any]:
        """The view that is shown."""
        return self._views[self.bar.active]

    @property
    def records(self) -> RecordList[Any]:
        """The list that is shown."""
        return self.view.records

    @property
    def search_bar(self) -> SearchBar:
        """The search field that is shown."""
        return self.view.search_bar

    def watch_connection(self, connection: "LeagueConnection | None") -> None:
        """A league was opened or closed."""
        for view in self._views.values():
            view.connection = connection

    def ask(self) -> None:
        """Show the rows of the shown view that match its search."""
        self.view.ask()

    def refresh_if_stale(self) -> None:
        """Read what changed while the tab was not looked at."""
        self.view.refresh_if_stale()

    def heard(self, tables: Collection[str]) -> None:
        """These tables were written somewhere."""
        self._changed(view for view in self._views.values() if not view.watches.isdisjoint(tables))

    def changed(self) -> None:
        """Rows changed somewhere."""
        self._changed(self._views.values())

    def _changed(self, views: Iterable[RecordPane[Any]]) -> None:
        """The shown view reads its rows now, the others when they are looked at."""
        for view in views:
            if self.display:
                view.changed()
            else:
                view.mark_stale()

    def go_back(self) -> bool:
        """Take one layer of the shown view away."""
        return self.view.go_back()

    # Views

    def show_view(self, name: str) -> RecordPane[Any]:
        """Look at another view; its search, its place and its selection are as they were left."""
        if name == self.bar.active:
            return self.view
        self.view.display = False
        if name in self._views:
            view = self._views[name]
            view.display = True
        else:
            view = self._views[name] = self._make(name)
            view.connection = self.connection
            self.loading_view = self._room.mount(view)
        self.bar.active = name
        view.refresh_if_stale()
        view.records.focus()
        return view

    @on(TabChosen)
    def _view_chosen(self, event: TabChosen) -> None:
        event.stop()
        self.show_view(event.tab_id)

    @action("v,right", "next view", also="switch page")
    def action_view_next(self) -> None:
        """Show the next view of this tab."""
        self._step(1)

    @action("left", "previous view")
    def action_view_previous(self) -> None:
        """Show the previous view of this tab."""
        self._step(-1)

    def _step(self, step: int) -> None:
        names = [view.id for view in self.VIEWS]
        self.show_view(names[(names.index(self.bar.active) + step) % len(names)])
