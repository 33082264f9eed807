"""Another player by a few letters of the name: who is the same as the one under the cursor."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from bball_tui.language import _
from bball_tui.tui.dialogs.controls import DialogButton
from bball_tui.tui.dialogs.finder import Find, Finder
from bball_tui.tui.text import Part, cell, shorten_name
from bball_tui.tui.theme import STYLES, Tone
from bball_tui.wording import counted, short_date

if TYPE_CHECKING:
    from bball_tui.league.merging.lookalikes_of_one import FoundPlayer


class FindPlayer(Finder["int | None", "FoundPlayer"]):
    """The id of the player who was found; None: they changed their mind."""

    HELP = """
    ## The same player
    Players who may be the same are listed at once. If the right one is not among them, type a few letters of the name,
    of a parent, an address or a team: where the name itself does not match, the line says what does. The arrow keys
    choose, Enter goes on: you see both side by side before anything is changed. Esc goes back.
    """
    hint = _("a few letters of the name")

    def __init__(self, title: str, find: "Find[FoundPlayer]") -> None:
        super().__init__(find)
        self.set_reactive(FindPlayer.heading, title)

    def choices(self) -> Iterable[DialogButton]:
        """This one, or none."""
        yield DialogButton(_("Choose"), key="Enter", command="choose")
        yield self.cancel_choice()

    def nobody(self) -> tuple[str, Tone]:
        """Nobody is like that."""
        if not self._text.strip():
            return _("No one has the same name or birthdate. Type a few letters of the other name."), Tone.MUTED
        return _("No one matches."), Tone.WARN

    def line(self, row: "FoundPlayer") -> str:
        """A player; who has the same name is told apart by the birthdate. Last, the team, or else what matched."""
        width = self._inner_width() - 3
        born = "" if row.birthdate is None else _("born {day}").format(day=short_date(row.birthdate))
        name = f"{row.last}, {row.first}" + (f"  #{row.jersey}" if row.jersey else "")
        last = width // 3
        by = _("by {what}").format(what=row.by) if row.by else row.team or ""
        return f"{cell(shorten_name(name, width - 20 - last), width - 20 - last)} {cell(born, 18)} {cell(by, last)}"

    def count(self) -> Iterable[Part]:
        """How many are listed."""
        if self._rows:
            yield (counted(len(self._rows), "player"), STYLES[Tone.MUTED])

    async def chosen(self, row: "FoundPlayer") -> None:
        """This one."""
        self.dismiss(row.id)

    def cancel(self) -> None:
        """None of them."""
        self.dismiss(None)
