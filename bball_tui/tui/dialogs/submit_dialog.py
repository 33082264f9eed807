"""A few fields and one submission: what the small dialogs share that do what they ask for by themselves."""

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from textual import on
from textual.widgets import Input

from bball_tui.errors import BballError
from bball_tui.tui.dialogs.controls import Field, TextField
from bball_tui.tui.dialogs.input_dialog import InputDialog

DoneT = TypeVar("DoneT")


class SubmitDialog(InputDialog[DoneT | None], Generic[DoneT]):
    """What came of the submission, or None: they changed their mind.

    It is submitted once, however often Enter is pressed, and nothing closes the dialog while it is under way. A
    refusal stands below a field until something is typed, and what was typed stays.
    """

    def __init__(self) -> None:
        super().__init__()
        self._busy = False

    def action_confirm(self) -> None:
        """Look at the fields, then :meth:`begin`."""
        raise NotImplementedError

    def typed(self, name: str) -> str:
        """What stands in the field ``name``."""
        return self.query_one(f"#{name}", TextField).value

    def complain(self, name: str, sentence: str) -> None:
        """Say below the field ``name`` what is wrong with it, and go there."""
        self.refuse(sentence, f"{name}-field")
        self.query_one(f"#{name}").focus()

    def begin(self, submit: Callable[[], Awaitable[DoneT]], *, blame: str) -> None:
        """Do it, once; what is wrong is said below the field ``blame``."""
        if not self._busy:
            self._busy = True
            self.run_worker(self._do(submit, blame), group="submit")

    async def _do(self, submit: Callable[[], Awaitable[DoneT]], blame: str) -> None:
        try:
            done = await submit()
        except BballError as error:
            self.complain(blame, str(error))
            return
        finally:
            self._busy = False
        self.dismiss(done)

    @on(Input.Changed)
    def _changed(self) -> None:
        for field in self.query(Field):
            field.problem = ""

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self.action_confirm()

    def cancel(self) -> None:
        """Leave it, unless it is being done right now."""
        if not self._busy:
            super().cancel()
