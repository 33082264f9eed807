"""The chats over the summer: for each team whether it keeps last season's group, with the reason."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding
from textual.message import Message
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.tui.dialogs.base import Dialog
from bball_tui.tui.dialogs.controls import DialogButton
from bball_tui.tui.dialogs.tick_list import TickList
from bball_tui.tui.hanging_indent import Hanging
from bball_tui.tui.text import Part, content, content_lines, wrap
from bball_tui.tui.theme import STYLES, SYMBOLS, Tone
from bball_tui.wording import counted

if TYPE_CHECKING:
    from bball_tui.groupme.renew.plan import Decision, Renewal, TeamSummer

_MARKS = {"keep": (_("keep "), Tone.GOOD), "new": (_("new  "), Tone.ACCENT), "leave": ("–    ", Tone.MUTED)}
_DETAIL_LINES = 5
_MOST_WARNINGS = 3


class DecisionList(OptionList, inherit_bindings=False):
    """A team a line, each with what becomes of its chat; space, or a click, goes on to the team's next choice."""

    DEFAULT_CSS = """
    DecisionList, DecisionList:focus {
        background: $surface; border: none; padding: 0; height: auto; scrollbar-size-vertical: 1;
    }
    """
    BINDINGS: ClassVar = TickList.BINDINGS

    @dataclass
    class Decided(Message):
        """A team was decided otherwise."""

    def __init__(self, teams: "Iterable[TeamSummer]", *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        self._teams = {str(team.team_id): team for team in teams}
        self._decided = {one: team.proposed for one, team in self._teams.items()}
        super().__init__(*(Option(self._prompt(one), one) for one in self._teams), id=id)

    @property
    def decisions(self) -> "dict[int, Decision]":
        """What becomes of each team's chat."""
        return {int(one): decision for one, decision in self._decided.items()}

    def decide(self, decisions: "Mapping[int, Decision]") -> None:
        """Exactly these; a team that cannot do that stays as it is."""
        for one, team in self._teams.items():
            wanted = decisions.get(team.team_id)
            if wanted in team.choices and wanted is not None:
                self._decided[one] = wanted
            self.replace_option_prompt(one, self._prompt(one))
        self.post_message(self.Decided())

    def _prompt(self, one: str) -> Hanging:
        team = self._teams[one]
        mark, tone = _MARKS[self._decided[one]]
        was = f"  ← {team.last}" if team.last else ""
        members = "" if team.members is None else f", {counted(team.members, 'member')}"
        otherwise = "" if self._decided[one] is team.proposed else _("  (changed)")
        return Hanging(content((mark, STYLES[tone]), (team.label, "bold"), f"{was}{members}", (otherwise, "italic")))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """The team's next choice."""
        event.stop()
        one = event.option_id or ""
        if one in self._teams:
            choices = self._teams[one].choices
            self._decided[one] = choices[(choices.index(self._decided[one]) + 1) % len(choices)]
            self.replace_option_prompt(one, self._prompt(one))
            self.post_message(self.Decided())


class ChatRenew(Dialog["dict[int, Decision] | None"]):
    """What was decided for each team, or None. Nothing is done in here."""

    HELP = """
    ## Chats over the summer
    Each line is one team with its team of last season. **keep**: last season's group becomes this team's; everyone in
    it stays, it gets the team's name and a new share link. **new**: a new group is made, and last season's stays as it
    is. **–**: nothing is done.

    `space` goes on to the team's next choice; below the list stands why that is proposed, and what your choice would
    do. `a` goes back to the proposals, `n` leaves all teams alone. `y` does it; GroupMe is asked once more first, and a
    team whose facts have changed is left out.
    """
    DEFAULT_CSS = """
    ChatRenew > .dialog--frame { width: 112; }
    ChatRenew .chat-renew--detail { height: auto; min-height: 2; margin: 1 0 0 0; }
    """
    BINDINGS: ClassVar = [
        Binding("y", "confirm", "do it", show=False),
        Binding("a", "proposals", "as proposed", show=False),
        Binding("n", "none", "leave all", show=False),
    ]

    def __init__(self, title: str, renewal: "Renewal") -> None:
        super().__init__()
        self.set_reactive(ChatRenew.heading, title)
        self._renewal = renewal
        self._teams = {team.team_id: team for team in renewal.teams}

    def body(self) -> Iterable[Widget]:
        """Warnings, the teams, and the reason of the one under the cursor."""
        for warning in self._warnings:
            yield Static(content((f"{SYMBOLS[Tone.WARN]} {warning}", STYLES[Tone.WARN])))
        yield DecisionList(self._renewal.teams, id="teams")
        yield Static("", classes="chat-renew--detail")

    @property
    def _warnings(self) -> tuple[str, ...]:
        return self._renewal.plan.warnings[:_MOST_WARNINGS]

    def choices(self) -> Iterable[DialogButton]:
        """Do it, or not."""
        yield DialogButton("", key="y", command="confirm")
        yield self.cancel_choice()

    def first_focus(self) -> Widget | None:
        """The teams: Enter only goes on to the next choice there."""
        return self._list

    @property
    def _list(self) -> DecisionList:
        return self.query_one("#teams", DecisionList)

    def on_mount(self) -> None:
        """Count what is to be done."""
        self._count()

    def fit(self, height: int | None = None) -> None:
        """The list gets what warnings and reason leave of the body."""
        super().fit(height)
        room = self.query_one(".dialog--body").styles.max_height
        width = min(112, self.app.size.width) - 4
        warnings = sum(len(wrap(f"! {one}", width)) for one in self._warnings)
        cells = int(room.value) if room is not None else 10
        for teams in self.query("#teams"):
            teams.styles.max_height = max(3, cells - warnings - _DETAIL_LINES)

    @on(DecisionList.Decided)
    def _count(self) -> None:
        kinds = [str(one) for one in self._list.decisions.values()]
        keep, new = kinds.count("keep"), kinds.count("new")
        choice = self.choice("confirm")
        choice.caption = _("{keep} keep, {new} new").format(keep=keep, new=new) if keep or new else _("Nothing to do")
        choice.disabled = not (keep or new)
        self._explain(self._list.highlighted_option)

    @on(OptionList.OptionHighlighted)
    def _moved(self, event: OptionList.OptionHighlighted) -> None:
        self._explain(event.option)

    def _explain(self, option: Option | None) -> None:
        team = None if option is None else self._teams.get(int(option.id or 0))
        if team is None:
            return
        lines: list[list[Part]] = [[team.reason]]
        steps = team.steps.get(self._list.decisions[team.team_id], ())
        if steps:
            lines.append([(" · ".join(f"{one.before} → {one.after}" for one in steps), STYLES[Tone.MUTED])])
        lines += [[(f"{SYMBOLS[Tone.WARN]} {one.risk}", STYLES[Tone.WARN])] for one in steps if one.risk]
        self.query_one(".chat-renew--detail", Static).update(content_lines(lines))

    def action_proposals(self) -> None:
        """As it was proposed."""
        self._list.decide(self._renewal.proposed())

    def action_none(self) -> None:
        """Leave all teams alone."""
        from bball_tui.groupme.renew.plan import Decision

        self._list.decide(dict.fromkeys(self._teams, Decision.LEAVE))

    def action_confirm(self) -> None:
        """Do what was decided, if that can be."""
        decisions = self._list.decisions
        try:
            wanted = self._renewal.actions(decisions)
        except BballError as error:
            self.refuse(str(error))
            return
        if wanted:
            self.dismiss(decisions)

    def cancel(self) -> None:
        """Do nothing."""
        self.dismiss(None)
