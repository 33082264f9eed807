"""The plan for the team chats: every step ticked or not, with its reason and its risk."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import OptionList, Static

from bball_tui.language import _
from bball_tui.tui.dialogs.base import Dialog
from bball_tui.tui.dialogs.controls import DialogButton
from bball_tui.tui.dialogs.tick_list import TickLine, TickList
from bball_tui.tui.text import Part, content, content_lines, wrap
from bball_tui.tui.theme import STYLES, SYMBOLS, Tone
from bball_tui.wording import counted

if TYPE_CHECKING:
    from bball_tui.groupme.plan.plan_model import Action, Plan

_BEFORE = {"refresh": _("note "), "settings": _("settings: "), "rename": _("rename to ")}
_DETAIL_LINES = 4
_MOST_WARNINGS = 3


class ChatPlan(Dialog["tuple[Action, ...] | None"]):
    """The ticked steps in the plan's order, or None. Nothing is done in here.

    A step that needs another one (the settings of a new group) cannot be ticked without that one.
    """

    HELP = """
    ## The plan
    Each line is one step; `space` ticks it or not. Below the list stands why, and what speaks against it: such steps
    are not ticked by themselves. A step that needs another one has no box until that one is ticked. `a` ticks all, `n`
    none. `y` does what is ticked; GroupMe is asked once more first, and a step whose facts have changed is left out.
    """
    DEFAULT_CSS = """
    ChatPlan > .dialog--frame { width: 112; }
    ChatPlan .chat-plan--detail { height: auto; min-height: 2; margin: 1 0 0 0; }
    """
    BINDINGS: ClassVar = [
        Binding("y", "confirm", "do it", show=False),
        Binding("a", "tick_all", "tick all", show=False),
        Binding("n", "tick_none", "tick none", show=False),
    ]

    def __init__(self, plan: "Plan") -> None:
        super().__init__()
        self.set_reactive(ChatPlan.heading, _("GroupMe to-do"))
        self._plan = plan
        self._teams = {team.team_id: team.label for team in plan.teams}

    def body(self) -> Iterable[Widget]:
        """Warnings, the steps, and the reason of the one under the cursor."""
        for warning in self._plan.warnings[:_MOST_WARNINGS]:
            yield Static(content((f"{SYMBOLS[Tone.WARN]} {warning}", STYLES[Tone.WARN])))
        if not self._plan.actions:
            yield Static(content(_("Nothing to do: every team that can have a group has one.")))
            return
        yield TickList((self._line(one) for one in self._plan.actions), id="steps")
        yield Static("", classes="chat-plan--detail")

    def _line(self, action: "Action") -> TickLine:
        risk: tuple[Part, ...] = ((f"  {SYMBOLS[Tone.WARN]}", STYLES[Tone.WARN]),) if action.risk else ()
        said = _BEFORE.get(action.kind, "") + action.after
        parts: tuple[Part, ...] = ((f"{self._teams[action.team_id]}: ", "bold"), said, *risk)
        return TickLine(action.id, parts, action.ticked, needs=action.after_action)

    def choices(self) -> Iterable[DialogButton]:
        """Do it, or not."""
        if self._plan.actions:
            yield DialogButton("", key="y", command="confirm")
        yield self.cancel_choice(_("Cancel") if self._plan.actions else _("Close"))

    def first_focus(self) -> Widget | None:
        """The steps: Enter only ticks there."""
        return self._steps or self.choice("cancel")

    @property
    def _steps(self) -> TickList | None:
        return self.query_one("#steps", TickList) if self._plan.actions else None

    def on_mount(self) -> None:
        """Count what is ticked."""
        self._count()

    def fit(self, height: int | None = None) -> None:
        """The list gets what warnings and reason leave of the body."""
        super().fit(height)
        steps = self.query("#steps")
        if not steps:
            return
        body = self.query_one(".dialog--body")
        room = body.styles.max_height
        warnings = sum(len(wrap(f"! {one}", self._inner_width())) for one in self._plan.warnings[:_MOST_WARNINGS])
        cells = int(room.value) if room is not None else 10
        steps.first().styles.max_height = max(3, cells - warnings - _DETAIL_LINES)

    def _inner_width(self) -> int:
        return min(112, self.app.size.width) - 4

    def _wanted(self) -> "tuple[Action, ...]":
        steps = self._steps
        ticked = frozenset() if steps is None else steps.ticked
        return tuple(one for one in self._plan.actions if one.id in ticked)

    @on(TickList.Ticked)
    def _count(self) -> None:
        if self._plan.actions:
            number = len(self._wanted())
            choice = self.choice("confirm")
            choice.caption = _("Do {steps}").format(steps=counted(number, "step")) if number else _("Nothing is ticked")
            choice.disabled = not number

    @on(OptionList.OptionHighlighted)
    def _explain(self, event: OptionList.OptionHighlighted) -> None:
        action = self._plan.action(event.option_id or "")
        if action is None:
            return
        lines: list[list[Part]] = [
            [(_("Now: {before}. {reason}").format(before=action.before, reason=action.reason), STYLES[Tone.MUTED])]
        ]
        if action.risk:
            lines.append([(f"{SYMBOLS[Tone.WARN]} {action.risk}", STYLES[Tone.WARN])])
        self.query_one(".chat-plan--detail", Static).update(content_lines(lines))

    def action_tick_all(self) -> None:
        """Tick every step, also those with a risk."""
        if (steps := self._steps) is not None:
            steps.tick_all()

    def action_tick_none(self) -> None:
        """Tick none."""
        if (steps := self._steps) is not None:
            steps.tick(())

    def action_confirm(self) -> None:
        """Do what is ticked."""
        if wanted := self._wanted():
            self.dismiss(wanted)

    def cancel(self) -> None:
        """Do nothing."""
        self.dismiss(None)
