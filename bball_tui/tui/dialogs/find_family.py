"""A family by a few letters of its name, to see how a mail would read for it."""

from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING

from bball_tui.language import _
from bball_tui.tui.dialogs.controls import DialogButton
from bball_tui.tui.dialogs.finder import Find, Finder
from bball_tui.tui.text import Part
from bball_tui.tui.theme import STYLES, Tone
from bball_tui.wording import counted

if TYPE_CHECKING:
    from bball_tui.league.roster.rows import ContractRow


class FindFamily(Finder[None, "ContractRow"]):
    """Shows families of the season until it is closed. ``read`` opens the mail of one of them above it."""

    HELP = """
    ## A family by name
    Type a few letters of the player's name, of a parent, an address or a team. The arrow keys choose, Enter shows the
    e-mail as this family would get it now. Nothing is sent. Esc goes back.
    """
    hint = _("a few letters of the name")

    def __init__(self, title: str, find: "Find[ContractRow]", read: Callable[["ContractRow"], Awaitable[None]]) -> None:
        super().__init__(find)
        self.set_reactive(FindFamily.heading, title)
        self._open = read

    def choices(self) -> Iterable[DialogButton]:
        """Show the mail, or go back."""
        yield DialogButton(_("Show the e-mail"), short=_("Show"), key="Enter", command="choose")
        yield self.cancel_choice(_("Close"))

    def nobody(self) -> tuple[str, Tone]:
        """There is nobody of that name, or nobody at all."""
        if self._left == 0 and self._others:
            return _("Every contract of the season is over, so there is no family to show."), Tone.WARN
        if self._left == 0:
            return _("The season has no contract yet, so there is no family to show."), Tone.WARN
        return _("No one matches."), Tone.WARN

    def count(self) -> Iterable[Part]:
        """How many families there are."""
        if self._left is not None:
            yield (counted(self._left, "contract") + _(" in the season"), STYLES[Tone.MUTED])

    async def chosen(self, row: "ContractRow") -> None:
        """Show the mail."""
        await self._open(row)

    def cancel(self) -> None:
        """Enough."""
        self.dismiss(None)
