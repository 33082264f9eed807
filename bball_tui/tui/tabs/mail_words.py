"""How mails read in a list: what kind it is, and what became of it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bball_tui.language import _, plural
from bball_tui.mail.kinds import kind_label
from bball_tui.outbox.state_words import state_name
from bball_tui.tui.dialogs.affected import MOST_NAMES
from bball_tui.tui.theme import NOTHING, Styled, Tone, status
from bball_tui.wording import called_now, counted, listed

if TYPE_CHECKING:
    from bball_tui.league.mails.send_for_real import ForReal
    from bball_tui.outbox.mail_list import OutboxRow
    from bball_tui.tui.connection import LeagueConnection

_TONES = {
    "queued": Tone.ACCENT,
    "held": Tone.ACCENT,
    "waiting": Tone.ACCENT,
    "sending": Tone.ACCENT,
    "sent": Tone.GOOD,
    "in_folder": Tone.WARN,
    "in_doubt": Tone.WARN,
    "failed": Tone.BAD,
    "bounced": Tone.BAD,
    "parked": Tone.WARN,
    "cancelled": Tone.MUTED,
    "suppressed": Tone.WARN,
}
STATE_WORDS = {bucket: status(tone, state_name(bucket)) for bucket, tone in _TONES.items()}
"""By the name of the bucket."""


def about_cell(row: "OutboxRow") -> str | Styled:
    """The player that a mail is about."""
    return called_now(row.about) or NOTHING


def state_cell(row: "OutboxRow") -> Styled:
    """What became of a mail; a folder is no mail server."""
    return STATE_WORDS[row.bucket]


def outcome_cell(row: "OutboxRow") -> Styled:
    """What became of a mail in the end; one that came back stays so, also when somebody dealt with it."""
    if row.bounced_at is not None and not row.bounced:
        return Styled(_("– came back, settled"), Tone.MUTED)
    return state_cell(row)


def for_real_lines(found: "ForReal") -> list[str]:
    """What would go out for real, and what stays in the folder and why."""
    lines = [
        plural("{number:,} {kind} e-mail", "{number:,} {kind} e-mails", number).format(
            number=number, kind=kind_label(kind)
        )
        for kind, number in found.kinds
    ]
    if lines:
        lines = [
            _("{lines}: so far only a folder has them. They go out at once, to the families.").format(
                lines=listed(lines)
            )
        ]
    else:
        lines = [_("No e-mail that was written to a folder can go out.")]
    return lines + [f"{counted(number, 'e-mail stays', 'e-mails stay')}: {_(why)}." for why, number in found.left_out]


async def mails_named(connection: "LeagueConnection", ids: Sequence[int]) -> list[str]:
    """Whom these mails are about and to which addresses, for a dialog: the first few, then how many more.

    Raises:
        BballError: one of them is gone, or the database is away.
    """
    from bball_tui.outbox.timeline import item_timeline

    rows = [(await connection.call(item_timeline, one, connection.outgoing)).item for one in ids[:MOST_NAMES]]
    lines = [f"  {called_now(row.about)}: {row.recipient}" if row.about else f"  {row.recipient}" for row in rows]
    more = len(ids) - len(rows)
    return [*lines, _("  and {more:,} more").format(more=more)] if more else lines
