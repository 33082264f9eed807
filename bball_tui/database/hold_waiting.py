"""What waited when a backup was made may have left since: after a restore nothing goes out before staff say so."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

import psycopg
from msgspec import Struct

from bball_tui.database.engine import connect
from bball_tui.database.states import AFTER_RESTORE, LEFT_SINCE
from bball_tui.settings import STAY_HERE, SecretUrl

_PAUSE = """
INSERT INTO provider_gate (league_id, provider, state, cause, reason)
VALUES (%s, %s, 'open', 'paused', %s)
ON CONFLICT (league_id, provider) DO UPDATE
SET state = 'open', cause = 'paused', reason = excluded.reason, open_until = NULL, updated_at = now()
"""
_WAITING = "SELECT id, created_at, league_id FROM outbox WHERE state IN ('queued', 'sending', 'in_doubt')"
# By number and moment: a restored league may have another number.
_LEFT = """
SELECT id, created_at FROM outbox
WHERE id = ANY (%s) AND state = 'sent' AND split_part(COALESCE(provider, ''), ':', 1) <> ALL (%s)
"""
_EVERY_PROVIDER = "*"
"""As the gates of the outbox call a pause of everything."""


class Held(Struct, frozen=True):
    """E-mails that waited when a backup was made: ``paused`` in each league that had any. ``left``: so many of them
    had gone out when it was restored.
    """

    paused: Mapping[int, int]
    left: int

    @property
    def waiting(self) -> int:
        """In all leagues."""
        return sum(self.paused.values())


def hold_waiting(present: SecretUrl, restored: SecretUrl) -> Held:
    """Pause the leagues whose e-mails waited when the backup was made: they may have left since. Blocking.

    What ``present`` knows of them is said in the reason, as the database from before is not asked again.
    """
    with connect(restored) as connection:
        waiting = {(id_, made): league for id_, made, league in connection.execute(_WAITING).fetchall()}
        left = _left_since(present, [id_ for id_, _ in waiting]) & waiting.keys()
        paused = Counter(waiting.values())
        for league in sorted(paused):
            gone = sum(waiting[one] == league for one in left)
            reason = LEFT_SINCE.format(left=gone) if gone else AFTER_RESTORE
            connection.execute(_PAUSE, (league, _EVERY_PROVIDER, reason))
    return Held(paused, len(left))


def _left_since(present: SecretUrl, ids: list[int]) -> set[tuple[int, datetime]]:
    try:
        with connect(present) as connection:
            return set(connection.execute(_LEFT, (ids, list(STAY_HERE))).fetchall())
    except (psycopg.OperationalError, psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn):
        return set()  # a new data folder, or one that was never migrated: nothing left from it
