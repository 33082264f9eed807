"""One act on one or many contracts: what will happen, why, and how far it is."""

from collections.abc import Awaitable, Callable, Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from msgspec import Struct
from msgspec.structs import replace
from textual import on
from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import Input, Static

from bball_tui.database.states import DateOrder
from bball_tui.dates import NoDate, example, parse_date
from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.league.contracts.lifecycle import RULES, ReasonNeed
from bball_tui.tui.dialogs.affected import affected
from bball_tui.tui.dialogs.base import CANCEL, assent_key
from bball_tui.tui.dialogs.controls import DialogButton, Field, TextField, TickBox
from bball_tui.tui.dialogs.input_dialog import InputDialog
from bball_tui.tui.hanging_indent import Hanging
from bball_tui.tui.text import Part, content_lines
from bball_tui.wording import counted

if TYPE_CHECKING:
    from bball_tui.league.contracts.transitions import TransitionPreview, TransitionRequest, TransitionResult

CHUNK = 250
"""Contracts a transaction: short enough that no colleague waits, long enough that most acts are one."""
LONGEST_REASON = 500

DoAct: TypeAlias = Callable[["TransitionRequest"], Awaitable["TransitionResult"]]


class ActDone(Struct, frozen=True):
    """What was asked and what came of all of it; ``left`` were not reached, because somebody stopped."""

    asked: "TransitionRequest"
    done: "TransitionResult"
    left: int


class ContractAct(InputDialog[ActDone | None]):
    """Does the act of ``effect`` after staff saw what it means; None: they changed their mind.

    ``act`` does a portion in one transaction. A fault keeps all that was typed, and Enter goes on with the rest.
    """

    HELP = """
    ## Contracts
    The dialog says what will happen and which contracts stay as they are. The button says with which key it is done,
    Esc changes nothing. Many contracts are done in portions: Esc then stops after the portion that is under way.

    **Release** ends a contract that was right, because the player leaves. **Void** ends one that was a mistake.
    E-mails that still wait are canceled with either; anyone who had the welcome e-mail can be written a correction.
    """
    DEFAULT_CSS = """
    ContractAct {
        & #note-field { display: none; }
        &.-correcting #note-field { display: block; }
    }
    """
    BINDINGS: ClassVar = [
        Binding("enter", "confirm", "do it", show=False),
        Binding("y", "confirm", "do it", show=False),
    ]

    def __init__(self, effect: "TransitionPreview", act: DoAct, *, today: date, date_order: DateOrder) -> None:
        super().__init__()
        rule = RULES[effect.act]
        number = len(effect.possible)
        whose = effect.players[0] if number == 1 else counted(number, "contract")
        self.set_reactive(ContractAct.heading, f"{_(rule.title)}: {whose}")
        self.dangerous = rule.ends
        self._effect, self._rule, self._act = effect, rule, act
        self._today, self._order = today, date_order
        self._waiting = list(effect.possible)
        self._results: list[TransitionResult] = []
        self._busy = self._stopping = False

    def body(self) -> Iterable[Widget]:
        """What will happen, then what it wants to know."""
        yield Static(Hanging(content_lines(self._lines())))
        if self._rule.offers:
            hint = _("such as {example}; optional").format(example=example(self._order, self._today))
            due = TextField(placeholder=hint, id="due")
            yield Field(_("Due on"), due, id="due-field")
        if self._rule.reason is not ReasonNeed.NONE:
            needed = self._rule.reason is ReasonNeed.REQUIRED
            hint = _("a few words") if needed else "; ".join(filter(None, (_(self._rule.reason_hint), _("optional"))))
            yield Field(
                _("Reason") if needed else _("Note"), TextField(placeholder=hint, id="reason"), id="reason-field"
            )
        if self._must_count:
            number = len(self._effect.possible)
            yield Field(
                _("Count"),
                TextField(placeholder=_("type {number} to go on").format(number=number), keep=False, id="typed"),
                id="typed-field",
            )
        if self._effect.told:
            yield Field(_("Correct"), TickBox(_("write them a correction"), id="correct"))
            yield Field(
                _("Tell them"), TextField(placeholder=_("optional; families read this"), id="note"), id="note-field"
            )

    @property
    def _starts_on_cancel(self) -> bool:
        """Whether nothing must be typed that no slip of a finger types: a reason, or the count."""
        return self.dangerous and self._rule.reason is not ReasonNeed.REQUIRED and not self._must_count

    @property
    def _must_count(self) -> bool:
        """What ends several contracts at once is never meant by a slip."""
        return self._rule.ends and len(self._effect.possible) > 1

    def _lines(self) -> Iterator[list[Part]]:
        effect = self._effect
        number = len(effect.possible)
        one = _("The contract") if number == 1 else _("Each of {number:,} contracts").format(number=number)
        yield [f"{one} {_(self._rule.means)}."]
        by = _(" Recorded by {recorded_by}.").format(recorded_by=effect.recorded_by)
        yield from affected(effect, by=by, mail="e-mail", told=_("had the welcome e-mail already"))

    def choices(self) -> Iterable[DialogButton]:
        """Do it, or not."""
        number = len(self._effect.possible)
        caption = _(self._rule.button)
        label = f"{caption} {number:,}" if number > 1 else caption
        yield DialogButton(label, key=assent_key(self._starts_on_cancel), command="confirm")
        yield self.cancel_choice()

    def first_focus(self) -> Widget | None:
        """The field if there is one. Where Enter in it would end a contract at once, Cancel: no slip does that."""
        if self._starts_on_cancel:
            return self.choice(CANCEL)
        fields = [one for one in self.query("TextField") if one.focusable]
        return fields[0] if fields else self.choice("confirm")

    def _text(self, name: str) -> str:
        fields = self.query(f"#{name}")
        return " ".join(fields.first(TextField).value.split()) if fields else ""

    @property
    def _correcting(self) -> bool:
        ticks = self.query("#correct")
        return bool(ticks) and ticks.first(TickBox).value

    @on(TickBox.Changed)
    def _ticked(self) -> None:
        self.set_class(self._correcting, "-correcting")

    @on(Input.Changed)
    def _typed(self) -> None:
        for field in self.query(Field):
            field.problem = ""

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self.action_confirm()

    def _asked(self) -> "TransitionRequest | None":
        """What is asked for, or None while a field holds something that cannot be; the field says what."""
        from bball_tui.league.contracts.transitions import TransitionRequest

        reason, due = self._text("reason"), None
        if self._rule.reason is ReasonNeed.REQUIRED and not reason:
            self._complain("reason", _("Say why, in a few words. Nothing has happened yet."))
            return None
        if len(reason) > LONGEST_REASON:
            self._complain(
                "reason",
                _("{reason} characters; {longest_reason} is the limit. Shorten it.").format(
                    reason=len(reason), longest_reason=LONGEST_REASON
                ),
            )
            return None
        number = len(self._effect.possible)
        if self._must_count and self._text("typed").replace(",", "") != str(number):
            self._complain(
                "typed", _("Type {number}: so many contracts end. Nothing has happened yet.").format(number=number)
            )
            return None
        if self._text("due"):
            try:
                due = parse_date(self._text("due"), self._order, self._today, ahead=True)
            except NoDate as error:
                self._complain("due", str(error))
                return None
            if due < self._today:
                self._complain("due", _("That day has passed. Type a future day, or nothing."))
                return None
        note = self._text("note") if self._correcting else ""
        return TransitionRequest(self._effect.act, (), reason or None, due_on=due, correct=self._correcting, note=note)

    def _complain(self, name: str, sentence: str) -> None:
        self.refuse(sentence, f"{name}-field")
        self.query_one(f"#{name}", TextField).focus()

    def action_confirm(self) -> None:
        """Do it, once."""
        if self._busy:
            return
        asked = self._asked()
        if asked is not None:
            self._busy = True
            self.run_worker(self._do(asked), group="act")

    async def _do(self, asked: "TransitionRequest") -> None:
        total = len(self._effect.possible)
        while self._waiting and not self._stopping:
            stop = _(". Esc stops") if total > CHUNK else ""
            self.say(
                _("{total:,} of {total_2:,} …{stop}").format(total=total - len(self._waiting), total_2=total, stop=stop)
            )
            portion = tuple(self._waiting[:CHUNK])
            try:
                self._results.append(await self._act(replace(asked, contracts=portion)))
            except BballError as error:
                self._busy = False
                self.refuse(_("{error} What is done stays done; Enter goes on with the rest.").format(error=error))
                return
            del self._waiting[:CHUNK]
        self.dismiss(ActDone(asked, _together(self._results), len(self._waiting)))

    def cancel(self) -> None:
        """Leave, or stop what is under way after this portion."""
        if self._busy:
            self._stopping = True
            self.say(_("Stopping after this portion …"))
        elif self._results:
            asked = self._asked()
            if asked is not None:
                self.dismiss(ActDone(asked, _together(self._results), len(self._waiting)))
        else:
            super().cancel()


def _together(results: "Iterable[TransitionResult]") -> "TransitionResult":
    from bball_tui.league.contracts.transitions import TransitionResult

    results = list(results)
    return TransitionResult(
        tuple(one for result in results for one in result.done),
        tuple(one for result in results for one in result.refused),
        tuple(one for result in results for one in result.cancelled),
        tuple(one for result in results for one in result.told),
        tuple(one for result in results for one in result.promised),
    )
