"""A dialog in which people type: it is not left with what they typed before they were asked."""

from collections.abc import Callable
from typing import Generic, TypeVar

from textual import work

from bball_tui.language import _
from bball_tui.tui.dialogs.base import Dialog
from bball_tui.tui.dialogs.confirm import Confirm
from bball_tui.tui.dialogs.controls import TextField

ResultT = TypeVar("ResultT")


class InputDialog(Dialog[ResultT], Generic[ResultT]):
    """Esc asks before it throws away what somebody changed in the fields; nothing changed, and it just leaves.

    A search word, a path, or a word that confirms something is nothing to keep: its field is made with ``keep=False``.
    """

    @property
    def unsaved(self) -> bool:
        """Whether something was changed that is lost when the dialog is left."""
        return any(one.edited for one in self.query(TextField))

    def cancel(self) -> None:
        """Leave without a result."""
        self.leave()

    def leave(self, result: ResultT | None = None, then: Callable[[], object] | None = None) -> None:
        """Answer ``result``, after a question if something is unsaved. ``then`` is called when it was left."""
        if self.unsaved:
            self._ask_to_leave(result, then)
        else:
            self._be_gone(result, then)

    @work(group="leave", exclusive=True)
    async def _ask_to_leave(self, result: ResultT | None, then: Callable[[], object] | None) -> None:
        lines = [_("What you entered here hasn't been saved or sent.")]
        question = Confirm(_("Discard your changes?"), lines, _("Discard"), danger=True, cancel_label=_("Keep editing"))
        if await self.app.push_screen_wait(question):
            self._be_gone(result, then)

    def _be_gone(self, result: ResultT | None, then: Callable[[], object] | None) -> None:
        if then is not None:
            then()
        self.dismiss(result)
