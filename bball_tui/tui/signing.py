"""Between the dialogs that sign, which know no database, and the services, which know no screen.

Imported by the commands that need it: SQLAlchemy comes with it.
"""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.league.contracts.batch_signing import STACK_HOLD, batch_candidates, hold_stack, release_stack
from bball_tui.league.contracts.correcting import correct, preview_correction
from bball_tui.league.contracts.facts import read_contracts
from bball_tui.league.contracts.signing import sign
from bball_tui.league.contracts.signing_preview import preview_signing
from bball_tui.league.contracts.signing_rules import NoticeKind
from bball_tui.league.contracts.undo import undo
from bball_tui.league.mails.preview import preview_request
from bball_tui.league.papers.scan_file import load_scan
from bball_tui.tui.dialogs.batch_signing import BatchSigning
from bball_tui.tui.dialogs.correct_record import CorrectRecord
from bball_tui.tui.dialogs.paper_lines import PaperSigned
from bball_tui.tui.dialogs.sign import SignDialog
from bball_tui.tui.dialogs.sign_paper import SignPaper
from bball_tui.tui.dialogs.signing_job import METHODS, Signed
from bball_tui.tui.dialogs.signing_summary import capacity_word
from bball_tui.tui.mail_reading import read_asked
from bball_tui.tui.tabs.outbox_sending import what_holds

if TYPE_CHECKING:
    from textual.app import App

    from bball_tui.league.contracts.signing import SigningRequest
    from bball_tui.league.roster.rows import ContractRow
    from bball_tui.tui.connection import LeagueConnection

    Host = App[Any]


DialogT = TypeVar("DialogT", bound=SignDialog)
SLIP = _("a slip in a stack of papers")
"""Why, unless somebody types something else."""


def sign_dialog(
    kind: type[DialogT], app: "Host", connection: "LeagueConnection", targets: Sequence[int], today: date
) -> DialogT:
    """The dialog that signs ``targets`` on the league's ``today``; of a stack the mails wait until it is done."""

    def show_mails(request: "SigningRequest") -> None:
        """The mails of a signing that is being prepared, above its dialog."""
        mails = connection.call(preview_request, connection.settings, request)
        app.run_worker(read_asked(app, connection, mails), group="letters")

    hold = int(STACK_HOLD.total_seconds()) if kind.of_stack else None
    return kind(
        len(targets),
        load=lambda draft: connection.call(
            preview_signing,
            tuple(targets),
            draft.signer,
            capacity=draft.capacity,
            signed_on=draft.signed_on,
            mail_server=connection.settings.may_send,
            sender=connection.has_sender,
        ),
        sign=lambda request: connection.call(sign, replace(request, hold_seconds=hold)),
        today=today,
        date_order=connection.league.date_order,
        show_mails=show_mails,
        load_scan=load_scan,
    )


class StackDone(Struct, frozen=True):
    """A stack is done: the papers that stay signed, and the mails that leave after the undo time."""

    papers: tuple[PaperSigned, ...]
    mails: int


async def sign_stack(app: "Host", connection: "LeagueConnection", today: date) -> StackDone:
    """One paper of a stack after the other. No mail of it leaves before the stack is done and the undo time over.

    Raises:
        BballError: the database is away at the end; the mails leave by themselves some minutes later.
    """
    known: frozenset[str] = frozenset()
    paper: list[int] = []
    dialog: SignPaper | None = None

    async def sign_paper(row: "ContractRow") -> PaperSigned | None:
        nonlocal known, dialog
        paper[:] = [row.id]
        if dialog is None:
            # One for the whole stack: what takes time is making it.
            dialog = sign_dialog(SignPaper, app, connection, paper, today)
            app.install_screen(dialog, "paper")
        else:
            dialog.sign_next(known)
            await dialog.effect_known()
        done = await app.push_screen_wait(dialog)
        if done is None:
            return None
        if done.result.refused:
            raise BballError(done.result.refused[0].reason)
        # A team without a chat link, or whose chat is gone, is worth reading once, not at each paper of the stack.
        known = frozenset({NoticeKind.NO_CHAT_LINK, NoticeKind.WAITS_FOR_CHAT, NoticeKind.CHAT_IS_GONE})
        return _signed(row, done)

    async def take_back(contract_id: int) -> str | None:
        result = await connection.call(undo, [contract_id])
        return result.refused[0].reason if result.refused else None

    async def correct_paper(paper: PaperSigned) -> PaperSigned | None:
        seen = await connection.call(preview_correction, [paper.contract_id])
        if not seen.possible:
            raise BballError(seen.refused[0].reason)
        order = connection.league.date_order
        asked = CorrectRecord(seen, lambda request: connection.call(correct, request), order, reason=SLIP)
        if await app.push_screen_wait(asked) is None:
            return None
        return await _paper(connection, paper.contract_id, paper.mails)

    stack = BatchSigning(
        find=lambda text: connection.call(batch_candidates, connection.season_id, text),
        sign=sign_paper,
        take_back=take_back,
        correct=correct_paper,
        hold=lambda contracts: connection.call(hold_stack, contracts),
        what_holds=lambda: what_holds(connection),
    )
    try:
        papers: tuple[PaperSigned, ...] = await app.push_screen_wait(stack) or ()
    finally:
        if dialog is not None and dialog not in app.screen_stack:  # it is, when the program ends meanwhile
            app.uninstall_screen(dialog)
            dialog.remove()
    mails = await connection.call(release_stack, [one.contract_id for one in papers]) if papers else 0
    return StackDone(papers, mails)


def _signed(row: "ContractRow", done: Signed) -> PaperSigned:
    """What was just written down, as the answer says: reading it again would hold up the next paper."""
    signature, request = done.result.signed[0].signer, done.request
    assert request.signed_on is not None  # noqa: S101 - the dialog has a day, or signs nothing
    signer = f"{signature.name} ({capacity_word(signature.capacity)})"
    player, mails = f"{row.first} {row.last}", len(done.result.outbox_ids)
    return PaperSigned(row.id, player, row.team, signer, METHODS[request.method], request.signed_on, mails)


async def _paper(connection: "LeagueConnection", contract_id: int, mails: int) -> PaperSigned:
    """What the record of a paper says now."""
    found = (await connection.call(read_contracts, [contract_id]))[contract_id]
    signature = found.signature
    if signature is None:
        raise BballError(
            _("{player}'s contract has just been changed by {updated_by}. Look at it again.").format(
                player=found.player, updated_by=found.updated_by
            )
        )
    signer = f"{signature.signer} ({capacity_word(signature.capacity)})"
    method = METHODS[signature.method]
    return PaperSigned(contract_id, found.player, found.team, signer, method, signature.signed_on, mails)
