"""A new season, second step: every player with team, tick and reason."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec
from textual import on, work
from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import Static

from bball_tui.database.paging import Sort
from bball_tui.language import _, later
from bball_tui.tui.dialogs.base import Dialog
from bball_tui.tui.dialogs.choose_one import ChooseOne
from bball_tui.tui.dialogs.controls import DialogButton
from bball_tui.tui.dialogs.sorted_rows import SortedRows
from bball_tui.tui.text import content, wrap
from bball_tui.tui.theme import STYLES, SYMBOLS, Styled, Tone, status
from bball_tui.tui.widgets.clipped_lines import ClippedLines
from bball_tui.tui.widgets.columns import Column
from bball_tui.tui.widgets.list_messages import CursorMoved, RowOpened, SelectionChanged
from bball_tui.tui.widgets.record_list import RecordList
from bball_tui.wording import counted, short_date

if TYPE_CHECKING:
    from bball_tui.league.seasons.roll_plan import PlayerLine, RollPlan

LEFT_OUT = later("left out before")
EVERYBODY = ""
KINDS = (
    later("in two teams"),
    later("birthdate missing"),
    later("still owes a signature"),
    later("team is full"),
    later("too old"),
    later("no team"),
    later("left"),
    later("no family contact"),
    later("moves up"),
    later("returns"),
    LEFT_OUT,
)
"""In the order in which people decide about them."""
TONES = {"returns": Tone.GOOD, "moves up": Tone.ACCENT, "left": Tone.MUTED, LEFT_OUT: Tone.MUTED}
DETAIL_LINES = 4


class RollRow(msgspec.Struct, frozen=True, gc=False):
    """One player. ``team`` is the key of a team of the plan, ``label`` what it is called; both may be empty."""

    id: int
    kind: str
    player: str
    was: str
    was_id: int
    team: str
    label: str
    reasons: tuple[str, ...]


def _sort_key(row: RollRow, column: str) -> tuple[Any, ...]:
    match column:
        case "player":
            return (row.player.casefold(), row.id)
        case "was":
            return (row.was.casefold(), row.player.casefold(), row.id)
        case "team":
            return (row.label.casefold(), row.player.casefold(), row.id)
        case _:
            return (KINDS.index(row.kind), row.player.casefold(), row.id)


def _kind(row: RollRow) -> Styled:
    return status(TONES.get(row.kind, Tone.WARN), _(row.kind))


COLUMNS: tuple[Column[RollRow], ...] = (
    Column(name=True, key="player", title=_("Player"), width=14, flex=2, render=lambda row: row.player, sort="player"),
    Column(key="kind", title=_("What"), width=24, render=_kind, sort="kind"),
    Column(key="was", title=_("Last season"), width=10, flex=1, render=lambda row: row.was, sort="was", priority=1),
    Column(key="team", title=_("Team"), width=10, flex=1, render=lambda row: row.label or "–", sort="team"),
)


class RollPlayers(Dialog["dict[int, str] | None"]):
    """Who is ticked, each with a team's key; None: they changed their mind. Nothing is written in here."""

    HELP = """
    ## Who comes back
    A tick means that the player gets a contract in the new season. `{list.select}` sets the tick or takes it away,
    `{list.select-all}` ticks all that are listed and have a team, `t` puts the player under the cursor into another
    team, `f` shows one kind after the other, `w` only the players of one team of last season. Below the list stands
    why: what needs a decision is not ticked by itself. Enter goes on to what the contracts begin with; nothing is made
    yet.
    """
    DEFAULT_CSS = """
    RollPlayers {
        & > .dialog--frame { width: 112; }
        & RecordList { height: 12; }
        & #what { height: auto; }
        & ClippedLines { height: 4; margin: 1 0 0 0; }
    }
    """
    BINDINGS: ClassVar = [
        Binding("f", "kind", "the next kind", show=False),
        Binding("w", "was", "one team of last season", show=False),
        Binding("t", "team", "another team", show=False),
    ]

    def __init__(self, plan: "RollPlan", places: "dict[int, str] | None" = None, news: str = "") -> None:
        super().__init__()
        self.set_reactive(RollPlayers.heading, f"{plan.source} → {plan.target}")
        self._plan = plan
        self._labels = {one.key: one.label for one in plan.open_teams}
        self._rows = {line.id: self._row(line) for line in plan.lines}
        for player_id, team in (places or {}).items():
            self._put(player_id, team)
        self._ticked = frozenset(plan.ticked() if places is None else places)
        self._kinds = (EVERYBODY, *(kind for kind in KINDS if any(row.kind == kind for row in self._rows.values())))
        self._kind = EVERYBODY
        self._was = 0
        self._news = news
        self._list: RecordList[RollRow] = RecordList(COLUMNS, sort=Sort("kind"), empty_text=_("No one new."))

    def _row(self, line: "PlayerLine") -> RollRow:
        kind = str(line.kind) if line.new else LEFT_OUT
        label = self._labels.get(line.team, "")
        return RollRow(line.id, kind, line.player, line.was, line.was_team_id, line.team, label, line.reasons)

    def _put(self, player_id: int, team: str) -> None:
        row = self._rows[player_id]
        self._rows[player_id] = msgspec.structs.replace(row, team=team, label=self._labels.get(team, ""))

    def body(self) -> Iterable[Widget]:
        """Teams and warnings in a line or two, the players, and why for the one under the cursor."""
        yield Static(content((self._teams(), STYLES[Tone.MUTED])), id="teams")
        for warning in self._plan.warnings:
            yield Static(content((f"{SYMBOLS[Tone.WARN]} {warning}", STYLES[Tone.WARN])), classes="roll--warning")
        yield Static("", id="what")
        yield self._list
        yield ClippedLines()

    def _teams(self) -> str:
        new = sum(one.team_id is None for one in self._plan.open_teams)
        there = len(self._plan.open_teams) - new
        made = _("{teams} to be made").format(teams=counted(new, "team")) + (
            _(", {there} there already").format(there=there) if there else ""
        )
        already = (
            _(" · {players} there already").format(players=counted(self._plan.already, "player"))
            if self._plan.already
            else ""
        )
        return _("{made}{already} · {pattern} · ages on {day}").format(
            made=made, already=already, pattern=self._plan.pattern, day=short_date(self._plan.age_day)
        )

    def choices(self) -> Iterable[DialogButton]:
        """Another kind, one team, another team, on, away."""
        yield DialogButton(_("Kind"), key="f", command="kind")
        yield DialogButton(_("Last team"), key="w", command="was", short=_("Last"))
        yield DialogButton(_("Team"), key="t", command="team")
        yield DialogButton(_("Go on"), key="Enter", command="keep", short=_("Go"))
        yield self.cancel_choice()

    def on_mount(self) -> None:
        """All that are new, with the plan's ticks."""
        self._list.select(self._ticked)
        self._show()
        if self._news:
            self.say(self._news, Tone.WARN)

    def first_focus(self) -> Widget | None:
        """The list."""
        return self._list

    def fit(self, height: int | None = None) -> None:
        """The list gets what the rest leaves; in a short window the detail shrinks first."""
        super().fit(height)
        height = self.app.size.height if height is None else height
        short = height < 24
        above = sum(len(wrap(one, self._inner_width())) for one in (self._teams(), *self._plan.warnings))
        self._list.styles.height = max(3, min(20, height - above - (9 if short else 12)))
        for detail in self.query(ClippedLines):
            detail.styles.height = 2 if short else DETAIL_LINES
            detail.styles.margin = (0 if short else 1, 0, 0, 0)

    def _inner_width(self) -> int:
        return min(112, self.app.size.width) - 4

    def _show(self) -> None:
        rows = [
            row
            for row in self._rows.values()
            if (row.kind == self._kind or (not self._kind and row.kind != LEFT_OUT)) and self._was in (0, row.was_id)
        ]
        self._list.show(SortedRows(rows, _sort_key, lambda row: bool(row.team)))
        self._count()

    def _count(self) -> None:
        parts = [
            _("{selected:,} of {players} ticked").format(
                selected=self._list.number_selected, players=counted(len(self._rows), "player")
            )
        ]
        parts.append(_("only {kind}").format(kind=_(self._kind)) if self._kind else _("all that are new"))
        if self._was:
            parts.append(
                _("last season in {next}").format(
                    next=next(row.was for row in self._rows.values() if row.was_id == self._was)
                )
            )
        self.query_one("#what", Static).update(content((" · ".join(parts), STYLES[Tone.MUTED])))

    @on(SelectionChanged)
    def _selected(self, event: SelectionChanged) -> None:
        event.stop()
        homeless = frozenset(one for one in self._list.selected if not self._rows[one].team)
        if homeless:
            self._list.drop(homeless)
            self.say(_("No team fits by itself: choose one with t, and the player is ticked."))
        elif self._list.is_attached:
            self._count()

    @on(CursorMoved)
    def _moved(self, event: CursorMoved) -> None:
        event.stop()
        self._explain(event.row_id)

    def _explain(self, row_id: int | None) -> None:
        row = None if row_id is None else self._rows.get(row_id)
        self.query_one(ClippedLines).show(() if row is None else row.reasons)

    @on(RowOpened)
    def _opened(self, event: RowOpened) -> None:
        event.stop()
        self.action_keep()

    def action_kind(self) -> None:
        """Only the next kind, and after the last one all that are new."""
        self._kind = self._kinds[(self._kinds.index(self._kind) + 1) % len(self._kinds)]
        self._show()

    def action_was(self) -> None:
        """Only the players of one team of last season."""
        self._choose_was()

    @work(group="choose", exclusive=True)
    async def _choose_was(self) -> None:
        teams = {row.was_id: row.was for row in self._rows.values()}
        options = [("0", _("all teams")), *((str(one), label) for one, label in teams.items())]
        chosen = await self.app.push_screen_wait(ChooseOne(_("Last season's team"), options, str(self._was)))
        if chosen is not None:
            self._was = int(chosen)
            self._show()

    def action_team(self) -> None:
        """Put the player under the cursor into another team, and tick."""
        self._choose_team()

    @work(group="choose", exclusive=True)
    async def _choose_team(self) -> None:
        if self._list.current is None:
            return
        row = self._rows[self._list.current.id]
        chosen = await self.app.push_screen_wait(
            ChooseOne(_("Team of {player}").format(player=row.player), list(self._labels.items()), row.team)
        )
        if chosen is not None:
            self._put(row.id, chosen)
            self._list.select(frozenset({row.id}))
            self.say(f"{row.player}: {self._labels[chosen]}.")
            self._show()

    def action_keep(self) -> None:
        """On to what the contracts begin with."""
        self.dismiss({one: self._rows[one].team for one in self._list.selected})
