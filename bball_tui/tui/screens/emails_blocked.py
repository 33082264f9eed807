"""The addresses that take no more mail: whose they are, who wrote them there and why."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual import work

from bball_tui.database.paging import RecordSource, Sort
from bball_tui.errors import BballError
from bball_tui.tui.actions import Acting
from bball_tui.tui.dialogs.block_address import BlockAddress
from bball_tui.tui.dialogs.confirm import Confirm
from bball_tui.tui.dialogs.message import ErrorDialog
from bball_tui.tui.screens.blocked_actions import BLOCKED_ACTIONS, BlockedState
from bball_tui.tui.screens.cells import time_cell
from bball_tui.tui.screens.pane import RecordPane
from bball_tui.tui.text import clean, short_time
from bball_tui.tui.theme import NOTHING, Styled, Tone, status
from bball_tui.tui.widgets.columns import Column
from bball_tui.tui.widgets.inspector import Fact, Note, Section, SectionLine
from bball_tui.tui.widgets.search_bar import Chip
from bball_tui.wording import counted

if TYPE_CHECKING:
    from bball_tui.outbox.suppression import SuppressionRow
    from bball_tui.tui.backend import Backend


def _email(row: "SuppressionRow") -> str:
    return row.email


class BlockedPane(Acting[BlockedState], RecordPane["SuppressionRow"]):
    """The list that is looked at before any mail leaves."""

    ACTIONS = BLOCKED_ACTIONS
    BINDINGS: ClassVar[list[Any]] = BLOCKED_ACTIONS.bindings()
    BINDING_GROUP_TITLE = BLOCKED_ACTIONS.title
    HELP = """
    ## Blocked addresses
    Nothing is sent to these. An address comes onto the list when its mail came back because the mailbox does not exist
    (the league may want to decide that itself), or when staff write it there with `n`. `e` lifts it, `f` shows the
    lifted ones too.
    """
    placeholder = "address"
    empty_text = "No address is blocked: every family with an address gets its mail. n blocks one."
    first_sort = Sort("id", descending=True)
    watches = frozenset({"suppression", "guardian", "outbox"})

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._lifted = False

    def make_columns(self) -> "Sequence[Column[SuppressionRow]]":
        return (
            Column(
                key="email", title="Address", width=20, flex=2, limit=36, render=lambda row: row.email, sort="email"
            ),
            Column(key="whose", title="Whose", width=12, flex=1, render=lambda row: row.people or NOTHING, priority=2),
            Column(key="why", title="Why", width=16, flex=3, render=lambda row: row.reason),
            Column(
                key="since",
                title="Since",
                width=6,
                render=lambda row: time_cell(row.recorded_at, self.zone, self.now),
                sort="id",
                priority=1,
            ),
            Column(key="who", title="By", width=8, render=self._who, priority=3),
        )

    @staticmethod
    def _who(row: "SuppressionRow") -> str | Styled:
        return row.by if row.lifted_at is None else Styled("– lifted", Tone.MUTED)

    def source(self, backend: "Backend", text: str) -> "RecordSource[SuppressionRow]":
        from bball_tui.outbox.suppression import SuppressionFilter

        return backend.suppressions(SuppressionFilter(text=text, lifted=self._lifted))

    async def sections(self, backend: "Backend", row_id: int) -> tuple[Section, ...]:
        row = await backend.suppression(row_id)
        if row is None:
            return ()
        facts: list[SectionLine] = [
            Fact("whose", row.people or status(Tone.WARN, "nobody's in the roster")),
            Fact("why", row.reason),
            Fact("by", f"{row.by}, {short_time(row.recorded_at, self.zone, self.now)}"),
        ]
        if row.lifted_at is not None:
            facts.append(Fact("lifted", f"by {row.lifted_by}, {short_time(row.lifted_at, self.zone, self.now)}"))
        if row.kept_back:
            facts.append(Note(f"{counted(row.kept_back, 'mail')} kept back because of it."))
        return (Section(row.email, tuple(facts)),)

    def situation(self) -> BlockedState:
        """What is under the cursor."""
        targets = self.targets
        row = self.records.loaded(targets[0]) if len(targets) == 1 else None
        return BlockedState(self.not_ready(), len(targets), row is not None and row.lifted_at is not None)

    # The filter

    def chips(self) -> tuple[Chip, ...]:
        return (Chip("lifted", "lifted ones too"),) if self._lifted else ()

    def drop_chip(self, key: str) -> None:
        self._lifted = False

    def action_blocked_old(self) -> None:
        """Also the lifted ones, or only those in force."""
        self._lifted = not self._lifted
        self.ask()

    # Acting

    @work(group="command")
    async def action_blocked_add(self) -> None:
        """Ask which address and why."""
        backend = self.backend
        if backend is None:
            return
        if await self.app.push_screen_wait(BlockAddress(backend.suppress)):
            self.app.notify("The address takes no more mail.", markup=False)
            self.changed()

    @work(group="command")
    async def action_blocked_lift(self) -> None:
        """Ask whether what was kept back goes out, then lift."""
        backend, targets = self.backend, self.targets
        row = await backend.suppression(targets[0]) if backend is not None and len(targets) == 1 else None
        if backend is None or row is None:
            return
        whose = f"It is the address of {row.people}." if row.people else "It is nobody's in the roster."
        lines = [f"{row.email} takes mail again.", whose, f"It was blocked because: {row.reason}"]
        if row.kept_back:
            goes = counted(row.kept_back, "mail that was kept back goes", "mails that were kept back go")
            lines.append(f"{goes} out at once, unless it is no longer true.")
        if not await self.app.push_screen_wait(Confirm("Lift the block", lines, "Lift", danger=bool(row.kept_back))):
            return
        try:
            _, sent = await backend.lift(row.email, send=bool(row.kept_back))
        except BballError as error:
            await self.app.push_screen_wait(ErrorDialog(str(error)))
            return
        going = f" {counted(len(sent), 'mail')} on the way." if sent else ""
        self.app.notify(clean(f"{row.email} takes mail again.{going}"), markup=False)
        self.acted()
