"""A stack of papers: a few letters of a name, Enter, Enter, and the field is empty for the next one.

Until it is done no mail of it leaves, so that every slip can be corrected: the papers that are done stand beside.
"""

from collections.abc import Awaitable, Callable, Coroutine, Iterable
from time import monotonic
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from msgspec.structs import replace
from textual import on, work
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from bball_tui.database.states import ContractStatus
from bball_tui.errors import BballError
from bball_tui.language import _, later, plural
from bball_tui.tui.dialogs.controls import DialogButton, TextField
from bball_tui.tui.dialogs.finder import Find, Finder
from bball_tui.tui.dialogs.paper_lines import (
    PaperSigned,
    name_line,
    not_clear,
    nothing_waits,
    paper_line,
    what_becomes_of_mails,
)
from bball_tui.tui.dialogs.whose_paper import hidden_namesake, whose_paper
from bball_tui.tui.hanging_indent import Hanging
from bball_tui.tui.text import Part, content, content_lines, shorten
from bball_tui.tui.theme import STYLES, Tone
from bball_tui.wording import counted

if TYPE_CHECKING:
    from bball_tui.league.roster.rows import ContractRow

RENEW = 240.0
"""Seconds after which the mails are held back again; they wait several times as long."""
WIDE = 100
"""Columns from which the papers that are done stand beside the names, and not below them."""
_WIDEST = 132
_BESIDE = 44
_BORDER = 4
_WHY_NOT = {
    ContractStatus.DRAFT: later("The contract of {player} ({team}) is still a draft: offer it first."),
    ContractStatus.SIGNED: later("{player} ({team}) is signed already."),
    ContractStatus.DECLINED: later("{player} ({team}) declined the offer already."),
    ContractStatus.EXPIRED: later("The offer to {player} ({team}) expired already."),
    ContractStatus.RELEASED: later("{player} ({team}) is released already."),
    ContractStatus.VOID: later("The contract of {player} ({team}) is void already."),
}
"""Why a paper has nothing to sign, by the status of its contract."""


SignOne: TypeAlias = Callable[["ContractRow"], Awaitable[PaperSigned | None]]
TakeBack: TypeAlias = Callable[[int], Awaitable[str | None]]
CorrectOne: TypeAlias = Callable[[PaperSigned], Awaitable[PaperSigned | None]]
Hold: TypeAlias = Callable[[list[int]], Awaitable[object]]
WhatHolds: TypeAlias = Callable[[], Awaitable[str | None]]


class BatchSigning(Finder[tuple[PaperSigned, ...], "ContractRow"]):
    """All papers that were signed here, the last one at the end.

    ``find`` looks for names, ``sign`` asks about one contract and signs it (None: it was not), ``take_back`` undoes
    one and says why it could not (None: it could), ``correct`` corrects the record of one (None: it is as it was).
    ``hold`` keeps the mails of all of them back, again and again; ``what_holds`` says in one sentence what holds them
    besides the stack.
    """

    HELP = """
    ## A stack of papers
    Type a few letters of the player's name: the list shows whose contract still waits. Enter opens the paper with
    the likely signer and today's date, Enter again signs it, and the field is empty for the next paper.

    Enter opens a paper once it is clear whose it is: one child matches, or the full name is typed. Otherwise it opens
    none; then choose with the arrow keys, or type the full name. Two children of the same name are always chosen; the
    list and the lines below it show what tells them apart. A child found by a parent or a team: look first.

    No e-mail of the stack leaves before it is done: Esc ends it, and then the undo time runs as usual.

    ## The papers that are done
    Tab goes to them and back. There Enter corrects signer, method or date, and Delete takes the paper back. `ctrl+t`
    takes the last one back from anywhere. Letters are the next name, wherever the cursor is.
    """
    DEFAULT_CSS = """
    BatchSigning {
        & > .dialog--frame { width: 132; }
        & .stack--sides { height: auto; layout: vertical; }
        & .stack--names { height: auto; width: 1fr; }
        & .stack--done { height: auto; width: 1fr; display: none; }
        & .stack--done OptionList { height: 3; margin: 0; }
        & .stack--done OptionList:focus { background: $primary-muted; }
        & #whose { height: 2; }
        &.-some .stack--done { display: block; }
        &.-wide {
            & .stack--sides { layout: horizontal; }
            & .stack--done { display: block; width: 44; margin: 0 0 0 2; }
            & .stack--done OptionList { height: 14; margin: 1 0 0 0; }
        }
        &.-tight #whose { height: 1; }
        &.-tight.-some #names { height: 4; }
        &.-wide.-tight .stack--done OptionList { height: 9; }
    }
    """
    BINDINGS: ClassVar = [
        Binding("ctrl+t", "undo", "take the last one back", show=False, priority=True),
        Binding("delete", "undo_this", "take this one back", show=False),
    ]
    hint = _("a few letters of the name on the paper")
    opaque = True

    def __init__(
        self,
        *,
        find: "Find[ContractRow]",
        sign: SignOne,
        take_back: TakeBack,
        correct: CorrectOne,
        hold: Hold,
        what_holds: WhatHolds,
    ) -> None:
        super().__init__(find)
        self.set_reactive(BatchSigning.heading, _("Sign a stack of papers"))
        self._sign, self._take_back, self._correct, self._hold = sign, take_back, correct, hold
        self._what_holds = what_holds
        self._shown_at = 0.0
        self._whole_from = 0
        """How many letters were lost by then: from there on, what stands in the field is all that was typed."""
        self._told = ""
        """What was said of the last paper, signed or taken back."""
        self._done: list[PaperSigned] = []

    def body(self) -> Iterable[Widget]:
        """The field and the names, and beside them what is done."""
        field, names, count = super().body()
        whose = Static("", id="whose")
        done = OptionList(markup=False, id="done")
        yield Horizontal(
            Vertical(field, names, whose, count, classes="stack--names"),
            Vertical(Static("", id="done-title"), done, classes="stack--done"),
            classes="stack--sides",
        )

    def choices(self) -> Iterable[DialogButton]:
        """Sign, take back, done."""
        yield DialogButton(_("Sign this one"), short=_("Sign"), key="Enter", command="choose")
        yield DialogButton(_("Take the last back"), short=_("Undo"), key="ctrl+t", command="undo")
        yield self.cancel_choice(_("Done"))

    def on_mount(self) -> None:
        """Nothing was signed here yet."""
        self._whole_from = self.letters_lost
        self.choice("undo").disabled = True
        self.set_interval(RENEW, self._renew)
        self._show_done()

    def fit(self, height: int | None = None) -> None:
        """A wide window shows what is done beside the names."""
        self.set_class(self.app.size.width >= WIDE, "-wide")
        super().fit(height)

    def _inner_width(self) -> int:
        return min(_WIDEST, self.app.size.width) - _BORDER

    def line(self, row: "ContractRow") -> str:
        """Name, jersey, team, birthdate and likely signer, as far as they fit."""
        beside = _BESIDE + 2 if self.app.size.width >= WIDE else 0
        return name_line(row, self._facts.get(row.id), self._inner_width() - 3 - beside)

    def meant(self) -> int | None:
        """The only one whom the letters mean: keys typed ahead sign nobody else's paper.

        With nothing typed it is nobody: a doubled Enter would sign whoever comes first by the alphabet.
        """
        self._shown_at = monotonic()
        found = (at for at, row in enumerate(self._rows) if row.id in self._facts and self._facts[row.id].meant)
        return next(found, None)

    def remark(self) -> tuple[str, Tone] | None:
        """That several match is said when somebody wants to go on, not at each letter."""
        if not self._rows or not self._text.strip():
            return super().remark()
        return self.nobody() if self._over or self._by_family else None

    @property
    def _by_family(self) -> bool:
        """Whether nobody's own name is what was typed."""
        return any(one.by for one in self._facts.values())

    @property
    def _cut(self) -> bool:
        """Whether what was typed may lack its beginning, which was left out."""
        return self.letters_lost > self._whole_from

    def turns_down(self) -> bool:
        """Typed ahead, without a look at it, nobody is opened by a parent's name or by half of a name."""
        unseen = not self._by_hand and self.pressed_before(self._shown_at)
        return unseen and (self._by_family or self._cut)

    def turned_down(self) -> None:
        """Say why, and forget what was typed for this paper and behind it.

        The next letter begins a new name: behind those of this paper, the ones of the next could mean a third child.
        """
        if self.list.highlighted is not None and not self._by_family:
            look = _("Keys typed ahead were left out. Look whose paper this is, then press Enter.")
            self.say(look, Tone.WARN)
        else:
            super().turned_down()
        self._shown_at = 0.0  # a click of the mouse is no key, and comes after it
        if self._text.strip():
            self.forget_keys(tell=self.letters_wait)
            self.query_one("#name", TextField).select_all()

    @on(OptionList.OptionHighlighted, "#names")
    def _looked_at(self, event: OptionList.OptionHighlighted) -> None:
        row = next((one for one in self._rows if str(one.id) == event.option_id), None)
        self._show_whose(row)

    def _show_whose(self, row: "ContractRow | None") -> None:
        facts = None if row is None else self._facts.get(row.id)
        lines: list[list[Part]] = []
        if row is not None and facts is not None:
            lines = whose_paper(row.team, facts.birthdate, row.jersey, facts.signer, facts.namesakes)
            if self.has_class("-tight"):
                lines = [hidden_namesake(facts.namesakes) or lines[0]]
        self.query_one("#whose", Static).update(Hanging(content_lines(lines)))

    def nobody(self) -> tuple[str, Tone]:
        """All are done, or nobody is called so, or whoever is has signed already."""
        if self._over and self._text.strip():
            one, *others = self._over
            said = [_nothing_to_sign(one)]
            if others:
                said.append(
                    plural(
                        "{number} more match has nothing left to sign.",
                        "{number} more matches have nothing left to sign.",
                        len(others),
                    ).format(number=len(others))
                )
            return " ".join(said), Tone.WARN
        if self._rows and not self._text.strip():
            letters = _("Type a few letters of the name first, or choose one with the arrow keys.")
            return f"{self._told} {letters}" if self._told else letters, Tone.WARN
        if self._by_family and len(self._rows) == 1:
            return _("No unsigned player is called so; one was found by a parent or a team."), Tone.WARN
        if self._by_family:
            return _(
                "No unsigned player is called so; the arrow keys choose one found by a parent or a team."
            ), Tone.WARN
        if self._rows:
            return not_clear(self._rows, self._facts), Tone.WARN
        if self._left == 0:
            why, tone = nothing_waits(self._others)
            # The names come when they come: what was said of the last paper stays before it.
            return f"{self._told} {why}" if self._told and not self._text.strip() else why, tone
        return _("No unsigned player matches."), Tone.WARN

    def count(self) -> Iterable[Part]:
        """How many papers are done, and the last one."""
        left = "" if self._left is None else _(", {left:,} left").format(left=self._left)
        done = counted(len(self._done), "paper done", "papers done") + left
        yield (done, "bold")
        if self._done:
            room = self._inner_width() - len(done) - (_BESIDE + 2 if self.app.size.width >= WIDE else 0)
            yield (shorten(_("   last: {player}").format(player=self._done[-1].whose), room), STYLES[Tone.MUTED])

    def draw(self) -> None:
        """Only what was signed here is taken back here."""
        super().draw()
        self._show_whose(self._rows[0] if self.list.highlighted == 0 else None)
        self.choice("undo").disabled = not self._done

    def write_lines(self) -> None:
        """The names, and the papers that are done."""
        super().write_lines()
        self._show_done()

    @property
    def done(self) -> OptionList:
        """The papers that are done, the last one first."""
        return self.query_one("#done", OptionList)

    @property
    def _on_done(self) -> bool:
        return self.focused is self.done

    def _show_done(self) -> None:
        wide = self.app.size.width >= WIDE
        width = (_BESIDE if wide else self._inner_width()) - 2
        at = self.done.highlighted
        shown = [Option(paper_line(one, width, two=wide), id=str(one.contract_id)) for one in self._newest]
        self.done.set_options(shown)
        if shown:
            self.done.highlighted = min(at or 0, len(shown) - 1)
        self.done.can_focus = bool(shown)
        self.set_class(bool(shown), "-some")
        title = _("Done: Enter corrects, Delete takes back") if shown else _("No paper is done yet.")
        self.query_one("#done-title", Static).update(content((title, STYLES[Tone.MUTED])))
        if not shown and self.focused is None:
            self.query_one("#name", TextField).focus()

    @property
    def _newest(self) -> list[PaperSigned]:
        return self._done[::-1]

    def _renew(self) -> None:
        if self._done and not self.gone:
            self._hold_all()

    @work(group="hold", exclusive=True)
    async def _hold_all(self) -> None:
        try:
            await self._hold([one.contract_id for one in self._done])
        except BballError as error:
            self.say(_("{error} The e-mails of this stack may leave in a few minutes.").format(error=error), Tone.WARN)

    async def chosen(self, row: "ContractRow") -> None:
        """Ask about the paper and sign it; then the next one."""
        facts = self._facts.get(row.id)
        signed = None
        try:
            signed = await self._sign(row)
        finally:
            self._whole_from = self.letters_lost
            if signed is None:
                # Its letters are not the beginning of the next name.
                self.query_one("#name", TextField).select_all()
        if signed is not None:
            if facts is not None and any(one.team == row.team for one in facts.namesakes):
                signed = replace(signed, born=facts.birthdate)
            self._done.append(signed)
            self._say_signed(signed)
            self.query_one("#name", TextField).focus()
            self._next()
            if signed.mails:
                self.call_after_refresh(self._look_what_holds, signed)

    def _say_signed(self, paper: PaperSigned, held: str = "") -> None:
        self._told = _("{player} is signed{mails}").format(player=paper.whose, mails=what_becomes_of_mails(paper, held))
        self.say(self._told, Tone.GOOD)

    def _look_what_holds(self, paper: PaperSigned) -> None:
        self.run_worker(self._say_what_holds(paper), group="names")

    async def _say_what_holds(self, paper: PaperSigned) -> None:
        """Behind the news, which does not wait for it; unless somebody has gone on to the next name."""
        try:
            held = await self._what_holds()
        except BballError:
            return  # the next name that is looked for says it
        if held and self._done[-1:] == [paper] and not self._text:
            self._say_signed(paper, held)

    def _next(self) -> None:
        """An empty field, and what is done by now. The next names come once that is on the screen."""
        field = self.query_one("#name", TextField)
        with field.prevent(Input.Changed):
            field.value = ""
        self._show_done()
        self._looked_for = None
        self.refresh(layout=True)  # or it would be drawn once as it was, and again with the news
        self.call_after_refresh(self.look)

    def action_choose(self) -> None:
        """The name under the cursor; among the papers that are done, the one to correct."""
        if not self._on_done:
            super().action_choose()
        elif (paper := self._under_cursor) is not None:
            self._begin(self._correct_one(paper))

    def action_move(self, step: int) -> None:
        """Up and down in the list that is meant."""
        if self._on_done:
            at = (self.done.highlighted or 0) + step
            self.done.highlighted = max(0, min(at, len(self._done) - 1))
        else:
            super().action_move(step)

    @on(OptionList.OptionSelected, "#done")
    def _paper_clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.done.focus()
        self.action_choose()

    @property
    def _under_cursor(self) -> PaperSigned | None:
        at = self.done.highlighted
        return None if at is None or at >= len(self._done) else self._newest[at]

    def action_undo(self) -> None:
        """Take the last paper back with its mails; what is typed next is a name, wherever the cursor was."""
        if self._done:
            self.set_focus(self.query_one("#name", TextField))
            self._begin(self._undo(self._done[-1]))

    def action_undo_this(self) -> None:
        """Take the paper under the cursor back with its mails."""
        if self._on_done and (paper := self._under_cursor) is not None:
            self._begin(self._undo(paper))

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        if self._busy:
            work.close()
            return
        self._busy = True
        self.run_worker(self._guarded(work), group="choose")

    async def _guarded(self, work: Coroutine[None, None, None]) -> None:
        try:
            await work
        except BballError as error:
            self.say(str(error), Tone.WARN)
        finally:
            self._busy = False

    async def _undo(self, paper: PaperSigned) -> None:
        problem = await self._take_back(paper.contract_id)
        if problem is not None:
            self.say(problem, Tone.WARN)
            return
        self._done.remove(paper)
        self._told = _("{player}: undone.").format(player=paper.whose)
        self.say(self._told, Tone.GOOD)
        self._next()

    async def _correct_one(self, paper: PaperSigned) -> None:
        corrected = await self._correct(paper)
        if corrected is not None:
            self._done[self._done.index(paper)] = corrected = replace(corrected, born=paper.born)
            self.say(_("{player}: corrected.").format(player=corrected.whose), Tone.GOOD)
            self._show_done()

    def cancel(self) -> None:
        """Enough for now."""
        self.dismiss(tuple(self._done))


def _nothing_to_sign(one: "ContractRow") -> str:
    """Why the paper of ``one``, which is a draft or done, is not signed here: a whole sentence each."""
    if one.status is ContractStatus.SIGNED and one.signer:
        return _("{player} ({team}) is signed already by {signer}.").format(
            player=f"{one.first} {one.last}", team=one.team, signer=one.signer
        )
    return _(_WHY_NOT[one.status]).format(player=f"{one.first} {one.last}", team=one.team)
