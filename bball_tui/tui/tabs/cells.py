"""How rows of the league look in a cell: symbol and word first, color second."""

from datetime import date, datetime, tzinfo
from typing import TYPE_CHECKING

from bball_tui.database.states import ContractStatus
from bball_tui.language import _
from bball_tui.league.contracts.lifecycle import STATUSES
from bball_tui.tui.text import short_time
from bball_tui.tui.theme import NOTHING, Styled, Tone, status
from bball_tui.wording import called_now, short_date, was_erased

if TYPE_CHECKING:
    from bball_tui.league.roster.player_row import PlayerRow
    from bball_tui.league.roster.rows import ContractRow
    from bball_tui.settings import NotSetUp


def name_of(row: "ContractRow | PlayerRow") -> str:
    """``Hamilton, Amara``: the way lists are sorted; who was erased has no name of two parts."""
    whole = f"{row.first} {row.last}"
    return called_now(whole) if was_erased(whole) else f"{row.last}, {row.first}"


def status_cell(value: ContractStatus | None) -> Styled:
    """``✔ signed``; nothing where there is no contract."""
    return NOTHING if value is None else status(Tone(STATUSES[value].look), _(value))


def day_cell(value: date | None, today: date | None = None) -> str | Styled:
    """``30 Nov``, with the year when it is another one."""
    return NOTHING if value is None else short_date(value, today)


def time_cell(value: datetime | None, zone: tzinfo, now: datetime) -> str | Styled:
    """``14:02`` today, else the day."""
    return NOTHING if value is None else short_time(value, zone, now)


def welcome_cell(
    row: "ContractRow", zone: tzinfo, now: datetime, *, missing: "NotSetUp | None" = None, timed: bool = True
) -> Styled:
    """What became of the contract's welcome mails, the worst first. ``missing``: what is not set up. Not ``timed``:
    there is no room for when.
    """
    from bball_tui.league.contracts.welcome_state import WelcomeState

    at = "" if row.welcome_at is None or not timed else f" {short_time(row.welcome_at, zone, now)}"
    match row.welcome:
        case WelcomeState.FAILED:
            return status(Tone.BAD, _("failed"))
        case WelcomeState.CAME_BACK:
            return status(Tone.BAD, _("came back"))
        case WelcomeState.IN_DOUBT:
            return status(Tone.WARN, _("in doubt"))
        case WelcomeState.PARKED:
            return status(Tone.WARN, _("set aside"))
        case WelcomeState.NO_ADDRESS:
            return status(Tone.WARN, _("no e-mail address"))
        case WelcomeState.HELD | WelcomeState.QUEUED if missing is not None:
            return status(Tone.WARN, _(missing.short))
        case WelcomeState.HELD:
            return status(Tone.ACCENT, _("sends{at}").format(at=at) if at else _("held"))
        case WelcomeState.WAITING:
            return status(Tone.ACCENT, _("waits for chat"))
        case WelcomeState.QUEUED:
            return status(Tone.ACCENT, _("queued{at}").format(at=at))
        case WelcomeState.SENDING:
            return status(Tone.ACCENT, _("being sent"))
        case WelcomeState.IN_FOLDER:
            return status(Tone.WARN, _("in a folder"))
        case WelcomeState.SENT:
            return status(Tone.GOOD, _("accepted{at}").format(at=at))
        case WelcomeState.CANCELLED:
            return status(Tone.MUTED, _("canceled"))
        case WelcomeState.SUPPRESSED:
            return status(Tone.WARN, _("address blocked"))
        case WelcomeState.NONE:
            return NOTHING
