"""Mark contracts signed: who, how, when, and above all what will happen before it happens."""

import asyncio
from collections.abc import Container, Iterable
from datetime import date
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from msgspec.structs import replace
from textual import events, on, work
from textual.binding import Binding
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Select, Static

from bball_tui.database.states import DateOrder, SigningMethod
from bball_tui.dates import NoDate, parse_date, write_date
from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.tui.dialogs.controls import DialogButton, Field, Picker, TextField
from bball_tui.tui.dialogs.input_dialog import InputDialog
from bball_tui.tui.dialogs.scan_field import LoadScan, NoScan, ScanField, looks_like_path
from bball_tui.tui.dialogs.signer_options import (
    FIRST,
    SOMEBODY_ELSE,
    capacities,
    signer_choice,
    signer_options,
    unknown_signers,
)
from bball_tui.tui.dialogs.signing_job import METHODS, LoadPreview, ShowMails, Sign, Signed, SigningDraft
from bball_tui.tui.dialogs.signing_summary import nobody_typed, signing_summary
from bball_tui.tui.dialogs.whose_paper import whose_paper
from bball_tui.tui.hanging_indent import Hanging
from bball_tui.tui.key_hints import key_of
from bball_tui.tui.text import content, content_lines
from bball_tui.tui.theme import STYLES, Tone
from bball_tui.wording import counted, short_date

if TYPE_CHECKING:
    from textual.timer import Timer

    from bball_tui.league.contracts.signing import SigningRequest
    from bball_tui.league.contracts.signing_preview import SigningPreview
    from bball_tui.league.contracts.signing_rules import Notice

UNDER_WAY = 0.15
"""Seconds after which a signing that takes long says so: most are over before that could be read."""
PAUSE = 0.25
"""Seconds of quiet after a keystroke before the effect is computed again."""


class SignDialog(InputDialog[Signed | None]):
    """Signs ``count`` contracts, or none (None).

    ``load`` computes the effect of a draft, ``sign`` does it; both may raise :class:`BballError`, which shows in the
    dialog and loses nothing. ``today`` is the league's day, ``date_order`` how it writes dates. ``show_mails`` opens
    the mails of a request above this dialog; without it there is no such key. ``known`` are the kinds of warnings
    that staff have just read, and that do not hold up an Enter pressed too early.
    """

    HELP = """
    ## Sign
    The dialog says what will happen before it happens. Enter signs, Esc changes nothing. Space opens the list of
    signers; choose **someone else** to type a name. Until the e-mails leave, undo takes signature and e-mails back
    together. **Scan** keeps the scanned paper with the signature: type its path, drag the file here, or ctrl+o.

    Dates: in the order that the league uses, or with the year first, or such as 23 Nov 2026, yesterday, today.
    """
    DEFAULT_CSS = """
    SignDialog {
        & #name-field, & #capacity-field { display: none; }
        &.-someone-else #name-field, &.-someone-else #capacity-field { display: block; }
        & .sign--will { margin: 1 0 0 0; text-style: bold; }
        & #whose { min-height: 1; }
    }
    """
    BINDINGS: ClassVar = [
        Binding("enter", "sign", "sign", show=False),
        Binding("p", "preview", "preview the e-mails", show=False),
        Binding("ctrl+o", "browse", "choose a scan", show=False),
    ]
    of_stack: ClassVar[bool] = False
    """Whether the e-mails wait until a whole stack of papers is done."""
    preview_key: ClassVar[str] = "p"

    def __init__(
        self,
        count: int,
        *,
        load: LoadPreview,
        sign: Sign,
        today: date,
        date_order: DateOrder,
        undo_key: str | None = None,
        show_mails: ShowMails | None = None,
        load_scan: LoadScan | None = None,
        known: Container[str] = (),
    ) -> None:
        super().__init__()
        self.set_reactive(
            SignDialog.heading, _("Sign {contracts}").format(contracts=counted(count, "contract", "contracts"))
        )
        self._count = count
        self._load = load
        self._sign = sign
        self._today = today
        self._order = date_order
        self._undo_key = undo_key or key_of("desk.undo")
        self._show_mails = show_mails
        self._load_scan = load_scan if count == 1 else None
        self._known = known
        self._preview: SigningPreview | None = None
        self._asked = 0
        self._shown_at = 0.0
        self._loading = False
        self._seen: tuple[object, ...] = ()
        self._signing = False
        self._in_a_hurry = False
        self._pressed_sign = False
        self._signers_known = False
        self._player = ""
        self._no_guardian: tuple[Notice, ...] = ()
        self._timer: Timer | None = None
        self._known_effect = asyncio.Event()

    def body(self) -> Iterable[Widget]:
        """Whose paper it is, the fields, then the effect."""
        yield Static("", id="whose")
        yield Field(_("Signer"), Picker(unknown_signers(self._count), FIRST, id="signer"))
        yield Field(_("Name"), TextField(placeholder=_("who signed"), id="name"), id="name-field")
        yield Field(_("Signs as"), Picker(capacities(), None, id="capacity"), id="capacity-field")
        methods = [(word, method) for method, word in METHODS.items()]
        yield Field(_("Method"), Picker(methods, SigningMethod.PAPER, id="method"))
        yield Field(_("Signed on"), TextField(write_date(self._today, self._order), id="day"), id="day-field")
        if self._load_scan is not None:
            yield ScanField(self._load_scan)
        yield Static(_("What will happen"), classes="sign--will")
        yield Static("", id="effect")

    def choices(self) -> Iterable[DialogButton]:
        """Preview, sign, cancel."""
        if self._show_mails is not None:
            yield DialogButton(_("Preview the e-mails"), short=_("Preview"), key=self.preview_key, command="preview")
        yield DialogButton(_("Sign"), key="Enter", command="sign")
        yield self.cancel_choice()

    def on_mount(self) -> None:
        """Show the effect of the likely choice at once."""
        self._seen = self._values()
        self._reload()

    @on(events.ScreenResume)
    def _seen_again(self) -> None:
        """What is shown can be read from now on, and not since it was known."""
        if self._preview is not None:
            self._shown_at = monotonic()

    def on_paste(self, event: events.Paste) -> None:
        """A path that is dragged onto the terminal is the scan's, also while no field has the focus."""
        for scan in self.query(ScanField):
            if looks_like_path(event.text):
                event.stop()
                scan.receive(event)

    @property
    def hurried(self) -> bool:
        """Enter was pressed before the effect was there: what was typed behind it is not for this dialog."""
        return self._in_a_hurry

    def _values(self) -> tuple[object, ...]:
        picked = [self.query_one(f"#{name}", Picker).chosen for name in ("signer", "capacity", "method")]
        return (*picked, self.query_one("#name", TextField).value, self.query_one("#day", TextField).value)

    def _differs(self) -> bool:
        """Whether a field changed. Textual also tells of the values that fields begin with."""
        values = self._values()
        differs = values != self._seen
        self._seen = values
        return differs

    def draft(self) -> SigningDraft | None:
        """What is chosen, or None while a field holds something that cannot be; the field says what."""
        name_wrong = self._somebody_else and not self._typed_name
        complaint = _("Type who signed.") if name_wrong and self._pressed_sign else ""
        self.query_one("#name-field", Field).problem = complaint
        day: date | None = None
        problem = ""
        try:
            day = parse_date(self.query_one("#day", TextField).value, self._order, self._today)
        except NoDate as error:
            problem = str(error)
        if day is not None and day > self._today:
            problem = _("That day is in the future: today is {day}.").format(day=short_date(self._today))
        self.query_one("#day-field", Field).problem = problem
        if day is None or problem or name_wrong:
            return None
        return SigningDraft(
            signer=signer_choice(self.query_one("#signer", Picker).chosen, self._typed_name),
            capacity=self.query_one("#capacity", Picker).chosen if self._somebody_else else None,
            method=self.query_one("#method", Picker).chosen,
            signed_on=day,
        )

    @property
    def _somebody_else(self) -> bool:
        return bool(self.query_one("#signer", Picker).chosen == SOMEBODY_ELSE)

    @property
    def _typed_name(self) -> str:
        return " ".join(self.query_one("#name", TextField).value.split())

    @on(Select.Changed)
    def _chosen(self) -> None:
        if self._differs():
            self._ask_name(focus=not self.has_class("-someone-else"))

    def _ask_name(self, *, focus: bool) -> None:
        """Show the field of the name where someone else signed; ``focus``: and go there."""
        self.set_class(self._somebody_else, "-someone-else")
        if self._somebody_else and focus:
            self.query_one("#name", TextField).focus()
        self._reload()

    @on(Input.Changed)
    def _typed(self) -> None:
        for scan in self.query(ScanField):
            scan.problem = ""
        if not self._differs():
            return
        self._pressed_sign = False
        for field in self.query(Field):
            field.problem = ""
        self._forget()
        self._timer = self.set_timer(PAUSE, self._reload)

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self.action_sign()

    def _forget(self) -> None:
        """What was shown is not what would happen anymore."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        self._asked += 1
        self._loading = False
        self._preview = None
        self._known_effect.clear()
        self._in_a_hurry = False
        self.say("")
        self._show()

    def _reload(self) -> None:
        self._forget()
        draft = self.draft()
        if draft is None:
            self._known_effect.set()
            self._show()
            return
        self._loading = True
        self._read(draft, self._asked)

    @work(group="preview", exclusive=True)
    async def _read(self, draft: SigningDraft, asked: int) -> None:
        try:
            preview = await self._load(draft)
        except BballError as error:
            if asked == self._asked:
                self._loading = self._in_a_hurry = False
                self._known_effect.set()
                self.say(_("{error} Enter tries again.").format(error=error), Tone.BAD)
            return
        if asked != self._asked or self.gone:
            return
        self._loading = False
        self._preview, self._shown_at = preview, monotonic()
        self._know_signers(preview)
        self._show()
        self._known_effect.set()
        if self._in_a_hurry:
            self._in_a_hurry = False
            self.action_sign()

    def _know_signers(self, preview: "SigningPreview") -> None:
        """Once, offer by name the guardians who may sign for all the players: for siblings there are some."""
        if self._signers_known or not preview.contracts:
            return
        self._signers_known = True
        first, *others = preview.contracts
        picker = self.query_one("#signer", Picker)
        options = signer_options(preview, of_stack=self.of_stack)
        typed = options[0][1] == SOMEBODY_ELSE
        picker.offer(options, SOMEBODY_ELSE if typed else picker.chosen)
        self._player = "" if others else first.player
        if self._player:
            self.heading = _("Sign {player}").format(player=first.player)
            lines = whose_paper(first.team, first.birthdate, first.jersey, None, first.namesakes)
            self.query_one("#whose", Static).update(Hanging(content_lines(lines)))
        if typed:
            self._no_guardian = preview.notices
            self._differs()
            self._ask_name(focus=self.focused is picker)

    def _show(self) -> None:
        preview = self._preview
        shown: Content = content(("  …", STYLES[Tone.MUTED]))
        caption = _("Sign")
        if preview is not None:
            shown = signing_summary(preview, self._undo_key, of_stack=self.of_stack)
            number = len(preview.signable)
            caption = _("Sign {number:,}").format(number=number) + (
                _(" of {count:,}").format(count=self._count) if number != self._count else ""
            )
        elif self._somebody_else and not self._typed_name:
            shown = nobody_typed(self._no_guardian)
        elif any(field.problem for field in self.query(Field)):
            shown = content((_("  That appears once the fields are right."), STYLES[Tone.MUTED]))
        self.query_one("#effect", Static).update(Hanging(shown))
        self.choice("sign").short = caption.partition(_(" of "))[0]
        self.choice("sign").caption = caption
        self._allow()

    def _allow(self) -> None:
        """What can be chosen now."""
        preview, ready = self._preview, self._preview is not None and not self._signing
        self.choice("sign").disabled = not ready or preview is None or not preview.signable
        if self._show_mails is not None:
            self.choice("preview").disabled = not ready or preview is None or not preview.mails

    def _warns(self, preview: "SigningPreview") -> bool:
        """Whether there is something to read that was not read a moment ago."""
        return any(notice.kind not in self._known for notice in preview.notices)

    def _request(self) -> "SigningRequest | None":
        from bball_tui.league.contracts.signing import SigningRequest

        draft = self.draft()
        if draft is None or self._preview is None or not self._preview.signable:
            return None
        return SigningRequest(self._preview.signable, draft.signer, draft.capacity, draft.method, draft.signed_on)

    def action_sign(self) -> None:
        """Sign, once, and only what was shown. Enter pressed too early waits for the effect, if it has no warnings."""
        if self._signing:
            return
        self._pressed_sign = True
        if self._preview is None:
            if not self._loading:
                self._reload()
            self._in_a_hurry = self._loading
            return
        if self.pressed_before(self._shown_at) and self._warns(self._preview):
            self._shown_at = 0.0  # said once: a click of the mouse is no key, and comes after it
            self.forget_keys(tell=True)
            self.say(_("Please read the warnings, then press Enter."), Tone.WARN)
            return
        if (request := self._request()) is None:
            self.say(_("No contract can be signed like this. Choose another signer or date, or press Esc."), Tone.WARN)
            self.forget_keys(tell=True)
            return
        self._signing = True
        self.run_worker(self._do(request), group="sign")

    def _say_signing(self, number: int) -> None:
        self._allow()  # not at once: mostly it is signed before that could be drawn
        self.say(_("Signing {contracts} …").format(contracts=counted(number, "contract", "contracts")))

    async def _do(self, request: "SigningRequest") -> None:
        saying = self.set_timer(UNDER_WAY, partial(self._say_signing, len(request.contracts)))
        try:
            result = await self._sign(await self._with_scan(request))
        except NoScan:
            self._signing = False
            self._show()
            self.say("")
        except BballError as error:
            self._signing = False
            self._reload()
            self.refuse(_("{error} Everything here is kept; Enter tries again.").format(error=error))
        else:
            self.dismiss(Signed(request, result))
        finally:
            saying.stop()

    async def _with_scan(self, request: "SigningRequest") -> "SigningRequest":
        """With the paper, whose hash comes into the signature."""
        for field in self.query(ScanField):
            scan = await field.read()
            return request if scan is None else replace(request, scans=((request.contracts[0][0], scan),))
        return request

    @work(group="browse")
    async def action_browse(self) -> None:
        """Choose the scan among the files of this machine."""
        for field in self.query(ScanField):
            await field.browse()

    def action_preview(self) -> None:
        """Show the mails as they would go out."""
        request = self._request()
        if self._show_mails is not None and request is not None and not self._signing:
            self._show_mails(request)

    def cancel(self) -> None:
        """Nothing is signed. While a signing is under way there is nothing left to cancel."""
        if self._signing:
            self.say(_("The signing is under way; one moment."))
        else:
            super().cancel()
