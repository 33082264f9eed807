"""Who tried e-mails again hears of those that failed once more, one toast for all that were tried together."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec
from textual import on, work
from textual.notifications import Notification, Notify

from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.tui.key_hints import with_keys
from bball_tui.tui.main_screen.undo_toasts import UndoScreen
from bball_tui.tui.tab_events import MailsRetried
from bball_tui.tui.text import clean
from bball_tui.tui.toast_places import UNTIL_A_KEY
from bball_tui.wording import counted, listed

if TYPE_CHECKING:
    from bball_tui.outbox.retried import FailedAgain
    from bball_tui.tui.connection import LeagueConnection


class _Retry(msgspec.Struct):
    """E-mails that were tried again together at a moment of the database's clock."""

    connection: "LeagueConnection"
    going: frozenset[int]
    since: datetime
    failed: "tuple[FailedAgain, ...]" = ()
    told: Notification | None = None
    """What was said of them so far: a later count takes its place."""


class RetriedMailsScreen(UndoScreen):
    """Remembers what was tried again here until it came to an end."""

    def __init__(self) -> None:
        super().__init__()
        self._retries: list[_Retry] = []

    @on(MailsRetried)
    def _mails_retried(self, event: MailsRetried) -> None:
        if self.connection is not None:
            self._retries.append(_Retry(self.connection, frozenset(event.outbox_ids), event.since))
            self.look_at_retried()

    def look_at_retried(self) -> None:
        """E-mails changed: some of these may have failed again."""
        self._retries = [one for one in self._retries if one.going and one.connection is self.connection]
        if self._retries:
            self._look_at_retried()

    @work(group="retried", exclusive=True)
    async def _look_at_retried(self) -> None:
        from bball_tui.outbox.retried import read_retried

        for retry in self._retries:
            with suppress(BballError):  # the database went away just now: the header says so
                found = await retry.connection.call(read_retried, retry.going, retry.since)
                failed = (*retry.failed, *found.failed)
                told = await _words(retry.connection, failed) if found.failed else None
                # Another look may break this one off: what is not told yet is found again by that.
                retry.going, retry.failed = found.going, failed
                if told is not None:
                    self._tell_failed(retry, told)

    def _tell_failed(self, retry: _Retry, told: str) -> None:
        if retry.told is not None:
            self.app._unnotify(retry.told)
        retry.told = Notification(clean(told), severity="warning", timeout=UNTIL_A_KEY, markup=False)
        self.app.post_message(Notify(retry.told))


async def _words(connection: "LeagueConnection", failed: "Sequence[FailedAgain]") -> str:
    if len(failed) == 1:
        return await _of_one(connection, failed[0])
    causes = listed(list(dict.fromkeys(one.phrase for one in failed)))
    told = with_keys(_("{e_mails} failed again, because of: {causes}. The Outbox ({tab.outbox}) has them."))
    return told.format(e_mails=counted(len(failed), "e-mail"), causes=causes)


async def _of_one(connection: "LeagueConnection", failed: "FailedAgain") -> str:
    from bball_tui.outbox.timeline import item_timeline

    item = (await connection.call(item_timeline, failed.id, connection.outgoing)).item
    whom = f"{item.about}, {item.recipient}" if item.about else item.recipient
    return _("The e-mail to {whom} failed again: {phrase}. {way_out}").format(
        whom=whom, phrase=failed.phrase, way_out=failed.way_out
    )
