"""What may have to be done about a contract: a reason, how it reads, and when it is there.

The words are known where no database is, so the conditions import what they are made of when somebody asks for one.
"""

from enum import StrEnum
from typing import TYPE_CHECKING, Self

from bball_tui.language import _

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement


class Attention(StrEnum):
    """What may have to be done about a contract. ``unreachable``: no guardian whom a mail can reach.

    ``no_scan``: signed on paper, and no scan of it is attached. ``overdue``, ``due_soon`` (today or within the six
    days after it), ``due_later`` and ``no_due`` are said of offered and accepted contracts.
    """

    option: str
    """What the command line calls it after ``--need``."""
    label: str
    """How it reads on the screen."""

    # The defaults are for mypy: a look-up by the word alone, Attention("overdue"), never comes here.
    def __new__(cls, word: str, option: str = "", label: str = "") -> Self:
        one = str.__new__(cls, word)
        one._value_ = word
        one.option = option
        one.label = _(label)
        return one

    OVERDUE = "overdue", "overdue", "overdue"
    DUE_SOON = "due_soon", "due-this-week", "due this week"
    DUE_LATER = "due_later", "due-later", "due later"
    NO_DUE = "no_due", "no-due-date", "no due date"
    UNREACHABLE = "unreachable", "no-email", "no guardian e-mail"
    NO_CHAT = "no_chat", "no-chat-link", "no chat link"
    NO_SCAN = "no_scan", "no-scan", "signed, scan missing"

    def condition(self) -> "ColumnElement[bool]":
        """Whether a contract has this reason. That of a player who was erased has none: nobody could do anything."""
        from sqlalchemy import select
        from sqlalchemy.orm import aliased

        from bball_tui.database.models import Contract, Player, Team
        from bball_tui.database.states import WAITING_STATUSES
        from bball_tui.league.roster.shared_conditions import SOON, is_erased, reachable, today

        player = aliased(Player)
        stays = ~select(player.id).where(player.id == Contract.player_id, is_erased(player)).exists()
        waits = Contract.status.in_(WAITING_STATUSES)
        match self:
            case Attention.OVERDUE:
                return waits & (Contract.due_on < today())
            case Attention.DUE_SOON:
                return waits & (Contract.due_on >= today()) & (Contract.due_on <= today() + SOON)
            case Attention.DUE_LATER:
                return waits & (Contract.due_on > today() + SOON)
            case Attention.NO_DUE:
                return waits & Contract.due_on.is_(None)
            case Attention.UNREACHABLE:
                return ~reachable(Contract.player_id) & stays
            case Attention.NO_CHAT:
                without = select(Team.id).where(Team.id == Contract.team_id, Team.groupme_share_url.is_(None)).exists()
                return without & stays
            case Attention.NO_SCAN:
                from bball_tui.league.papers.scans import is_missing

                return is_missing() & stays
