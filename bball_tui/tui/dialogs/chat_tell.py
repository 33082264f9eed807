"""Shall the families hear of the link? How many and who, before anything is promised."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import Static

from bball_tui.language import _
from bball_tui.tui.dialogs.affected import some
from bball_tui.tui.dialogs.base import Dialog
from bball_tui.tui.dialogs.controls import DialogButton
from bball_tui.tui.text import content
from bball_tui.tui.theme import STYLES, Tone
from bball_tui.wording import counted

if TYPE_CHECKING:
    from bball_tui.groupme.notify.unaware_families import FamiliesToTell


class Answer(StrEnum):
    """What staff want."""

    TELL = "tell"
    """What was asked for, and a mail to each of them in the same transaction."""
    SILENT = "silent"
    """What was asked for alone; they can be told later."""


class ChatTell(Dialog[Answer | None]):
    """``button`` says what is done besides ("Link"); empty when telling is all there is, and SILENT is then no answer.

    ``families`` come with the name of their team. None: do nothing at all.
    """

    HELP = """
    ## Tell the families
    These families got their welcome e-mail before this link was there. `y` queues one e-mail with the join button to
    each address; they wait for the undo time like every e-mail, and the Outbox shows them. `n` does the rest without
    e-mails; `{chat.tell}` tells them later.
    """
    BINDINGS: ClassVar = [
        Binding("y", "tell", "tell them", show=False),
        Binding("n", "silent", "without e-mails", show=False),
    ]

    def __init__(
        self, title: str, lines: Sequence[str], families: "Sequence[tuple[str, FamiliesToTell]]", *, button: str = ""
    ) -> None:
        super().__init__()
        self.set_reactive(ChatTell.heading, title)
        self.dangerous = True  # so that Enter, pressed once too often, sends nothing
        self._lines = tuple(lines)
        self._families = tuple(families)
        self._button = button

    @property
    def _mails(self) -> int:
        return sum(one.recipients for __, one in self._families)

    def body(self) -> Iterable[Widget]:
        """What is done, how many mails, and the names."""
        for line in self._lines:
            yield Static(content(line))
        players = sum(len(one.players) for __, one in self._families)
        who = counted(players, "family was", "families were")
        yield Static(
            content(
                _("{who} welcomed before this link was there. {e_mail} would go out:").format(
                    who=who, e_mail=counted(self._mails, "e-mail")
                )
            )
        )
        for team, one in self._families:
            yield Static(content((f"{team}: ", STYLES[Tone.MUTED]), some(one.players)))

    def choices(self) -> Iterable[DialogButton]:
        """With mails, without, or not at all."""
        mails = counted(self._mails, "e-mail")
        if self._button:
            yield DialogButton(f"{self._button}, {mails}", key="y", command="tell")
            yield DialogButton(_("{button} only").format(button=self._button), key="n", command="silent")
        else:
            yield DialogButton(_("Send {mails}").format(mails=mails), key="y", command="tell")
        yield self.cancel_choice()

    def action_tell(self) -> None:
        """With mails."""
        self.dismiss(Answer.TELL)

    def action_silent(self) -> None:
        """Without."""
        if self._button:
            self.dismiss(Answer.SILENT)

    def cancel(self) -> None:
        """Not at all."""
        self.dismiss(None)
