"""The words of the desk's header, made of the numbers that were read (`league/header_numbers.py`)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bball_tui.language import _, plural
from bball_tui.tui.theme import Styled, Tone
from bball_tui.tui.widgets.header_bar import HeaderFacts
from bball_tui.wording import listed

if TYPE_CHECKING:
    from bball_tui.database.presence import Present
    from bball_tui.league.header_numbers import HeaderNumbers
    from bball_tui.settings import Settings


def header_facts(
    found: "HeaderNumbers", here: "Present", settings: "Settings", *, sends_mail: bool, needs: int
) -> HeaderFacts:
    """The whole line; that the league could be read at all means that the database answers.

    ``needs`` is the number of things that Today lists.
    """
    return HeaderFacts(
        league=found.league.name,
        season=found.season.name if found.season else "",
        signed=found.signed,
        contracts=found.total,
        database=database_state(settings.embedded, True),
        worker=_worker(found, settings, sends_mail),
        needs=needs,
        others=here.others,
        windows=here.own_windows,
    )


def database_state(embedded: bool, reachable: bool) -> Styled:
    """Which database it is, or that it does not answer."""
    if not reachable:
        return Styled(_("! database away"), Tone.WARN)
    return Styled(_("● local database") if embedded else _("● shared database"), Tone.GOOD)


def all_who_are_here(others: Sequence[str], windows: int) -> str:
    """Everybody by name, and how often oneself: the header names two at most."""
    said = (
        [plural("{others} is here.", "{others} are here.", len(others)).format(others=listed(others))]
        if others
        else [_("No one else is here.")]
    )
    if windows > 1:
        said.append(_("Open in {windows} windows.").format(windows=windows))
    return " ".join(said)


def _waits(number: int) -> str:
    return plural("{number:,} waits", "{number:,} wait", number).format(number=number)


def _worker(found: "HeaderNumbers", settings: "Settings", sends_mail: bool) -> Styled:
    waiting = found.queued + found.held  # as Today counts them
    wait = _waits(waiting)
    if settings.read_only:
        return Styled(_("● read only"), Tone.WARN)
    if found.workers and found.on_hold and waiting:
        return Styled(_("! sending on hold, {wait}").format(wait=wait), Tone.WARN)
    if settings.may_send and not found.league.from_email and waiting and not _has_default_sender(settings):
        return Styled(_("! no From address, {wait}").format(wait=wait), Tone.WARN)
    if found.workers and found.sending:
        going = _("● sending {number:,}").format(number=found.sending)
        return Styled(going + (f", {wait}" if waiting else ""), Tone.GOOD)
    if found.workers:
        return Styled(_("● worker, {wait}").format(wait=wait) if waiting else _("● worker idle"), Tone.GOOD)
    if not settings.may_send:
        return Styled(
            _("! no mail server") + (f", {wait}" if waiting else ""),
            Tone.WARN,
        )
    if not sends_mail:
        return Styled(
            _("! no worker") + (f", {wait}" if waiting else ""),
            Tone.WARN,
        )
    return Styled(_("○ worker starting"), Tone.MUTED)


def _has_default_sender(settings: "Settings") -> bool:
    from bball_tui.mail.from_address import has_default_sender  # not before the first paint

    return has_default_sender(settings)
