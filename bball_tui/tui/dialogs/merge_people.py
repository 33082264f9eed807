"""Two who are one: both side by side, whose value stays, and what would be moved."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import Static

from bball_tui.language import _
from bball_tui.league.acts import kind_words
from bball_tui.tui.dialogs.base import assent_key
from bball_tui.tui.dialogs.controls import DialogButton, Field, Picker
from bball_tui.tui.dialogs.submit_dialog import SubmitDialog
from bball_tui.tui.hanging_indent import Hanging
from bball_tui.tui.text import Part, content_lines
from bball_tui.tui.theme import STYLES, SYMBOLS, Tone

if TYPE_CHECKING:
    from bball_tui.league.merging.merge import Merged, MergeField, MergePreview
    from bball_tui.league.merging.words import EffectLine

Merge: TypeAlias = "Callable[[Mapping[str, bool]], Awaitable[Merged]]"
"""By the name of a field whether the value of the one who goes is taken."""
KEPT, TAKEN = "kept", "taken"
_TITLES = {"player": _("Merge two players"), "guardian": _("Merge two guardians")}
"""By the word of :class:`.Person`, whose file imports SQLAlchemy."""


class MergePeople(SubmitDialog["Merged | str"]):
    """Merges the two of ``seen``; the answer is what happened, :data:`TURNED`, or None: they changed their mind.

    ``effect`` says what would happen, in sentences.
    """

    TURNED: ClassVar = "turned"
    """The other one is to stay."""
    HELP = """
    ## Two who are one
    The first one stays, the second one is merged into it. Where both say something else you choose whose value stays;
    space opens the list. What only one of them says is kept. `s` turns it round: the other one stays.

    Contracts with their signatures, scans, e-mails and history, and the guardians, all go to the one who stays. The
    other one is in no list anymore; a search or an import with that name finds the one who stays.

    It can be undone: by `{activity.unmerge}` on its row of the activity (`{tab.activity}`); of two players also by
    `{player.unmerge}` on the one who stays; of two guardians also in the list of a player's guardians, where *The same
    as…* on the one who stays offers to undo it.
    """
    DEFAULT_CSS = """
    MergePeople {
        & Field .field--label { width: 15; }
        & #effect { margin: 1 0 0 0; }
    }
    """
    BINDINGS: ClassVar = [
        Binding("enter", "confirm_alike", "merge", show=False),
        Binding("y", "confirm", "merge", show=False),
        Binding("s", "turn", "the other one stays", show=False),
    ]

    def __init__(self, seen: "MergePreview", effect: "Sequence[EffectLine]", merge: Merge) -> None:
        super().__init__()
        self.set_reactive(MergePeople.heading, _TITLES[seen.kind])
        self._seen, self._effect, self._merge = seen, tuple(effect), merge

    def body(self) -> Iterable[Widget]:
        """Who stays, whose values, what would happen."""
        yield Static(Hanging(content_lines(self._both())), id="both")
        if self._seen.obstacle is None:
            for one in self._seen.choices:
                options = [
                    (_("{kept}, not {gone}").format(kept=one.kept, gone=one.gone), KEPT),
                    (_("{gone}, not {kept}").format(gone=one.gone, kept=one.kept), TAKEN),
                ]
                yield Field(_(one.label), Picker(options, KEPT, id=f"whose-{one.name}"))
        yield Static(Hanging(content_lines(self._words())), id="effect")

    def _both(self) -> Iterator[list[Part]]:
        seen = self._seen
        yield [
            (_("stays  "), STYLES[Tone.MUTED]),
            (seen.kept.name, "bold"),
            (f"  {kind_words(seen.kind)} {seen.kept.id}", ""),
        ]
        yield [
            (_("goes   "), STYLES[Tone.MUTED]),
            (seen.gone.name, "bold"),
            (f"  {kind_words(seen.kind)} {seen.gone.id}", ""),
        ]
        for one in seen.fields:
            if (one.kept or one.gone) and not one.differs:
                yield [(f"{_(one.label)}: {one.kept or one.gone} ({_whose(one)})", STYLES[Tone.MUTED])]
        if seen.obstacle is None and seen.choices:
            yield [""]
            yield [_("Whose value stays:")]

    def _words(self) -> Iterator[list[Part]]:
        tone = Tone.BAD if self._seen.obstacle is not None else Tone.MUTED
        if self._seen.obstacle is None and self._seen.seem_two:
            warning = _("These seem to be two players: another first name and another birthdate.")
            yield [(f"{SYMBOLS[Tone.WARN]} {warning}", STYLES[Tone.WARN])]
        for one in self._effect:
            its = Tone.WARN if one.warns else tone
            symbol = f"{SYMBOLS[its]} " if its in (Tone.WARN, Tone.BAD) else ""
            yield [(f"{symbol}{one.sentence}", STYLES[its])]

    def choices(self) -> Iterable[DialogButton]:
        """Merge them, the other way round, or not at all."""
        if self._seen.obstacle is None:
            yield DialogButton(_("Merge"), key=assent_key(self._seen.seem_two), command="confirm")
            yield DialogButton(_("The other one stays"), short=_("Turn"), key="s", command="turn")
        yield self.cancel_choice(_("Cancel") if self._seen.obstacle is None else _("Close"))

    def complain(self, name: str, sentence: str) -> None:
        """What went wrong is about both, and stands above the choices."""
        self.refuse(sentence)

    def action_confirm_alike(self) -> None:
        """Do it, unless these seem to be two."""
        if not self._seen.seem_two:
            self.action_confirm()

    def action_confirm(self) -> None:
        """Do it, once."""
        if self._seen.obstacle is not None:
            return
        chosen = {one.name: self.query_one(f"#whose-{one.name}", Picker).chosen == TAKEN for one in self._seen.choices}
        self.begin(lambda: self._merge(chosen), blame="effect")

    def action_turn(self) -> None:
        """The other one stays."""
        if not self._busy:
            self.dismiss(self.TURNED)


def _whose(field: "MergeField") -> str:
    if field.kept and field.gone:
        return _("both")
    return _("only the one who stays") if field.kept else _("only the one who goes")
