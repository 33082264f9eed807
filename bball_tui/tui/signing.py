"""Between the dialogs that sign, which know no database, and the services, which know no screen.

Imported by the commands that need it: SQLAlchemy comes with it.
"""

from datetime import date
from typing import TYPE_CHECKING, Any

from bball_tui.errors import BballError
from bball_tui.league.contracts.batch_signing import batch_candidates
from bball_tui.league.contracts.signing import sign
from bball_tui.league.contracts.signing_preview import preview_signing
from bball_tui.league.contracts.signing_rules import NoticeKind
from bball_tui.league.contracts.undo import undo
from bball_tui.league.mails.preview import preview_request
from bball_tui.tui.dialogs.batch_signing import BatchSigning, PaperSigned
from bball_tui.tui.dialogs.sign import SignDialog
from bball_tui.tui.mail_reading import read_asked

if TYPE_CHECKING:
    from textual.app import App

    from bball_tui.league.contracts.signing import SigningRequest
    from bball_tui.league.roster.rows import ContractRow
    from bball_tui.tui.connection import LeagueConnection

    Host = App[Any]


def sign_dialog(
    app: "Host",
    connection: "LeagueConnection",
    targets: tuple[int, ...],
    today: date,
    *,
    undo_key: str | None = None,
    known: frozenset[str] = frozenset(),
) -> SignDialog:
    """The dialog that signs ``targets`` on the league's ``today``."""

    def show_mails(request: "SigningRequest") -> None:
        """The mails of a signing that is being prepared, above its dialog."""
        mails = connection.call(preview_request, connection.settings, request)
        app.run_worker(read_asked(app, connection, mails), group="letters")

    return SignDialog(
        len(targets),
        load=lambda draft: connection.call(
            preview_signing,
            targets,
            draft.signer,
            capacity=draft.capacity,
            signed_on=draft.signed_on,
            mail_server=connection.settings.may_send,
            sender=connection.has_sender,
        ),
        sign=lambda request: connection.call(sign, request),
        today=today,
        date_order=connection.league.date_order,
        undo_key=undo_key,
        known=known,
        show_mails=show_mails,
    )


async def sign_stack(app: "Host", connection: "LeagueConnection", today: date) -> tuple[PaperSigned, ...]:
    """One paper of a pile after the other; those that stay signed."""
    known: frozenset[str] = frozenset()

    async def sign_paper(row: "ContractRow") -> PaperSigned | None:
        nonlocal known
        dialog = sign_dialog(app, connection, (row.id,), today, undo_key="ctrl+t", known=known)
        done = await app.push_screen_wait(dialog)
        if done is None:
            return None
        if done.result.refused:
            raise BballError(done.result.refused[0].reason)
        # A team without a chat link is worth reading once, not at each paper of the pile.
        known = frozenset({NoticeKind.NO_CHAT_LINK, NoticeKind.WAITS_FOR_CHAT})
        return PaperSigned(row.id, f"{row.first} {row.last}", len(done.result.outbox_ids))

    async def take_back(contract_id: int) -> str | None:
        result = await connection.call(undo, [contract_id])
        return result.refused[0].reason if result.refused else None

    stack = BatchSigning(
        find=lambda text: connection.call(batch_candidates, connection.season_id, text),
        sign=sign_paper,
        take_back=take_back,
    )
    done: tuple[PaperSigned, ...] | None = await app.push_screen_wait(stack)
    return done or ()
