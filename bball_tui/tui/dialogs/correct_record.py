"""Correct the record of a signature: what it says, what is right, why, and whether families read it."""

from collections.abc import Awaitable, Callable, Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from textual import on
from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import Select, Static

from bball_tui.database.states import Capacity, DateOrder, SigningMethod
from bball_tui.dates import NoDate, parse_date, write_date
from bball_tui.errors import BballError
from bball_tui.language import _, plural
from bball_tui.tui.dialogs.affected import MOST_REFUSED, MOST_TOLD, some
from bball_tui.tui.dialogs.controls import DialogButton, Field, Picker, TextField, TickBox
from bball_tui.tui.dialogs.signer_options import SOMEBODY_ELSE
from bball_tui.tui.dialogs.signing_job import METHODS
from bball_tui.tui.dialogs.signing_summary import capacity_word
from bball_tui.tui.dialogs.submit_dialog import SubmitDialog
from bball_tui.tui.hanging_indent import Hanging
from bball_tui.tui.text import Part, clean, content_lines
from bball_tui.tui.theme import STYLES, SYMBOLS, Tone
from bball_tui.wording import counted, short_date

if TYPE_CHECKING:
    from bball_tui.league.contracts.correcting import CorrectionPreview, CorrectionRequest, CorrectionResult
    from bball_tui.league.contracts.signing_rules import SignerChoice

KEPT = "kept"
"""The signer stays who it is."""

Correct: TypeAlias = "Callable[[CorrectionRequest], Awaitable[CorrectionResult]]"


class CorrectRecord(SubmitDialog["CorrectionResult"]):
    """Corrects the contracts of ``seen`` in one transaction; None: they changed their mind.

    Of one contract the fields begin with what its record says; of several with nothing, and what is left so stays.
    ``reason`` is what stands in the field for it at first.
    """

    HELP = """
    ## Correct the record
    Change what is wrong and say why; everything else stays. The contract stays signed, and what the record said before
    is kept and shown in its history. Space opens a list.

    A welcome e-mail that no one had yet says what is right by itself. Families who got it can be sent a correction; no
    second welcome goes out. Correction e-mails wait for the undo time like any other.
    """
    DEFAULT_CSS = """
    CorrectRecord {
        & #name-field, & #words-field { display: none; }
        &.-someone-else #name-field { display: block; }
        &.-notifying #words-field { display: block; }
    }
    """
    BINDINGS: ClassVar = [Binding("enter", "confirm", "correct", show=False)]

    def __init__(self, seen: "CorrectionPreview", correct: Correct, order: DateOrder, *, reason: str = "") -> None:
        super().__init__()
        number = len(seen.possible)
        whose = seen.players[0] if number == 1 else counted(number, "record")
        self.set_reactive(CorrectRecord.heading, _("Correct the record: {whose}").format(whose=whose))
        self._seen, self._correct, self._order, self._reason = seen, correct, order, reason
        self._day = "" if seen.now is None else write_date(seen.now.signed_on, order)
        self._note = "" if seen.now is None else seen.now.note or ""

    def body(self) -> Iterable[Widget]:
        """What it says, then what is right."""
        now = self._seen.now
        yield Static(Hanging(content_lines(self._lines())))
        kept = _("as it is") if now is None else now.signer
        named = [(f"{one.name}, {_(one.relation)}", str(one.guardian_id)) for one in self._seen.signers]
        named = [one for one in named if now is None or one[1] != str(now.guardian_id)]
        yield Field(_("Signer"), Picker([(kept, KEPT), *named, (_("someone else"), SOMEBODY_ELSE)], KEPT, id="signer"))
        yield Field(_("Name"), TextField(placeholder=_("who signed"), id="name"), id="name-field")
        as_what = (
            _("as it is")
            if now is None
            else _("{capacity_word}, unless the signer changes").format(capacity_word=capacity_word(now.capacity))
        )
        capacities: list[tuple[str, Capacity | None]] = [(as_what, None)]
        capacities += [(capacity_word(one), one) for one in Capacity]
        yield Field(_("Signs as"), Picker(capacities, None, id="capacity"))
        methods: list[tuple[str, SigningMethod | None]] = [] if now is not None else [(_("as it is"), None)]
        methods += [(word, method) for method, word in METHODS.items()]
        yield Field(_("Method"), Picker(methods, None if now is None else now.method, id="method"))
        hint = "" if now is not None else _("as it is")
        yield Field(_("Signed on"), TextField(self._day, placeholder=hint, id="day"), id="day-field")
        yield Field(_("Note"), TextField(self._note, placeholder=_("for the record; optional"), id="note"))
        yield Field(
            _("Why"),
            TextField(self._reason, placeholder=_("what was wrong, in a few words"), id="reason"),
            id="reason-field",
        )
        if self._seen.told:
            yield Field(_("Notify"), TickBox(_("e-mail families who got the welcome"), id="notify"))
            hint = _("added to the e-mail; optional")
            yield Field(_("Tell them"), TextField(placeholder=hint, id="words"), id="words-field")

    def _lines(self) -> Iterator[list[Part]]:
        seen = self._seen
        if seen.now is None:
            yield [(f"{some(seen.players)}.", STYLES[Tone.MUTED])]
        else:
            old = seen.now
            how = _("{method}, {day}, recorded by {recorded_by}").format(
                method=METHODS[old.method], day=short_date(old.signed_on), recorded_by=old.recorded_by
            )
            yield [
                (
                    _("Now: {signer} ({capacity_word}), {how}.").format(
                        signer=old.signer, capacity_word=capacity_word(old.capacity), how=how
                    ),
                    STYLES[Tone.MUTED],
                )
            ]
        if seen.unsent:
            mails = counted(seen.unsent, "welcome e-mail")
            says = plural(
                "{mails} not sent yet: will say what is right.",
                "{mails} not sent yet: will say what is right.",
                seen.unsent,
            )
            yield [(says.format(mails=mails), STYLES[Tone.MUTED])]
        if seen.told:
            yield [
                (
                    _("{sign} {told} got the welcome already").format(
                        sign=SYMBOLS[Tone.WARN], told=some(seen.told, MOST_TOLD)
                    ),
                    STYLES[Tone.WARN],
                )
            ]
        for refused in seen.refused[:MOST_REFUSED]:
            yield [
                (_("{sign} not: {reason}").format(sign=SYMBOLS[Tone.MUTED], reason=refused.reason), STYLES[Tone.MUTED])
            ]
        if len(seen.refused) > MOST_REFUSED:
            yield [
                (
                    _("{sign} and {refused:,} more stay").format(
                        sign=SYMBOLS[Tone.MUTED], refused=len(seen.refused) - MOST_REFUSED
                    ),
                    STYLES[Tone.MUTED],
                )
            ]
        yield [""]

    def choices(self) -> Iterable[DialogButton]:
        """Correct, or not."""
        number = len(self._seen.possible)
        yield DialogButton(
            _("Correct {number:,}").format(number=number) if number > 1 else _("Correct"),
            key="Enter",
            command="confirm",
        )
        yield self.cancel_choice()

    @on(Select.Changed)
    def _chosen(self) -> None:
        somebody_else = self.query_one("#signer", Picker).chosen == SOMEBODY_ELSE
        if somebody_else and not self.has_class("-someone-else"):
            self.query_one("#name", TextField).focus()
        self.set_class(somebody_else, "-someone-else")

    @on(TickBox.Changed)
    def _ticked(self) -> None:
        self.set_class(self._notifying, "-notifying")

    @property
    def _notifying(self) -> bool:
        ticks = self.query("#notify")
        return bool(ticks) and ticks.first(TickBox).value

    def _line(self, name: str) -> str:
        return " ".join(self.typed(name).split())

    def action_confirm(self) -> None:
        """Do it, once."""
        asked = self._request()
        if asked is not None:
            self.begin(lambda: self._submit(asked), blame="reason")

    async def _submit(self, asked: "CorrectionRequest") -> "CorrectionResult":
        """Correct them. Where nothing came of it, the form stays with the reasons.

        Raises:
            BballError: no record was corrected.
        """
        result = await self._correct(asked)
        if not result.done:
            raise BballError(" ".join(dict.fromkeys(one.reason for one in result.refused[:MOST_REFUSED])))
        for warning in result.warnings[:MOST_REFUSED]:
            self.notify(clean(warning), severity="warning", timeout=12, markup=False)
        return result

    def _request(self) -> "CorrectionRequest | None":
        from bball_tui.league.contracts.correcting import CorrectionRequest

        chosen = self.query_one("#signer", Picker).chosen
        if chosen == SOMEBODY_ELSE and not self._line("name"):
            self.complain("name", _("Type who signed."))
            return None
        day: date | None = None
        if self.typed("day").strip() != self._day:
            day = self._read_day()
            if day is None:
                return None
        if not self._line("reason"):
            self.complain("reason", _("Say why, in a few words. Nothing has happened yet."))
            return None
        note = self._line("note")
        return CorrectionRequest(
            contracts=self._seen.possible,
            reason=self._line("reason"),
            signer=self._signer(chosen),
            capacity=self.query_one("#capacity", Picker).chosen,
            method=self.query_one("#method", Picker).chosen,
            signed_on=day,
            note=None if note == self._note else note,
            notify=self._notifying,
            words=self._line("words") if self._notifying else "",
        )

    def _read_day(self) -> date | None:
        """The day that was typed, or None with a complaint below its field."""
        today = self._seen.today
        try:
            day = parse_date(self.typed("day"), self._order, today)
        except NoDate as error:
            self.complain("day", str(error))
            return None
        if day > today:
            self.complain("day", _("That day is in the future: today is {day}.").format(day=short_date(today)))
            return None
        return day

    def _signer(self, chosen: object) -> "SignerChoice | None":
        from bball_tui.league.contracts.signing_rules import FreeText, NamedGuardian

        if chosen == KEPT:
            return None
        return FreeText(self._line("name")) if chosen == SOMEBODY_ELSE else NamedGuardian(int(str(chosen)))
