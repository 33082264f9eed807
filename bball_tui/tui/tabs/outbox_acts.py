"""One act on one mail, on many, or on a whole kind: what is said of it before and afterwards.

Each act is True when it was tried. Raises :class:`BballError`: the one mail is gone, or the database is away.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, tzinfo
from functools import partial
from typing import TYPE_CHECKING, Any

from bball_tui.database.states import OutboxState
from bball_tui.language import _
from bball_tui.tui.dialogs.bulk_run import CHUNK, BulkRun, Hear
from bball_tui.tui.dialogs.error_box import ErrorDialog
from bball_tui.tui.dialogs.resolve_doubt import Found, ResolveDoubt
from bball_tui.tui.key_hints import with_keys
from bball_tui.tui.tab_events import MailsRetried
from bball_tui.tui.tabs.counts_panel import Kind, causes_of, kind_words
from bball_tui.tui.text import short_time
from bball_tui.tui.undo_hints import undone_by
from bball_tui.wording import called_now, counted, or_hidden

if TYPE_CHECKING:
    from textual.app import App

    from bball_tui.database.engine import Session
    from bball_tui.outbox.counts import Bucket
    from bball_tui.outbox.sending_status import SendingStatus
    from bball_tui.outbox.staff_actions import Acted
    from bball_tui.tui.connection import LeagueConnection


def effect_on_kind(
    buckets: "Sequence[Bucket]",
    kind: Kind,
    number: str,
    sending: "SendingStatus",
    *,
    search: str,
    at: Callable[[datetime], str],
) -> list[str]:
    """What it means that all mails of a kind are tried again; ``number`` is how many of them match ``search``."""
    label, oldest = kind_words(buckets, kind)
    causes = [label] if kind.cause else causes_of(buckets, kind)
    what = (
        _("{number}, failed because of: {label}.").format(number=number, label=", ".join(causes))
        if causes
        else f"{number}: {label}."
    )
    lines = [what]
    if search:
        lines.append(_("Only those that match “{text}”.").format(text=search))
    if oldest is not None:
        since = {
            "failed": _("The oldest: failed since {when}."),
            "parked": _("The oldest: set aside since {when}."),
        }.get(kind.bucket, _("The oldest of this kind has been waiting since {when}."))
        lines.append(since.format(when=at(oldest)))
    if (obstacle := sending.obstacle(None)) is not None:
        lines.append(_("They will wait all the same: {obstacle}").format(obstacle=with_keys(obstacle)))
    return lines


async def try_again(app: "App[Any]", connection: "LeagueConnection", ids: tuple[int, ...]) -> bool:
    """Back into the queue, or out now."""
    from bball_tui.league.league_clock import read_clock
    from bball_tui.outbox.staff_actions import retry

    since = (await connection.call(read_clock)).now
    tried = await _do(app, connection, _("Trying again"), ids, retry, _("back in the queue"))
    app.screen_stack[0].post_message(MailsRetried(ids, since))
    return tried


async def put_aside(app: "App[Any]", connection: "LeagueConnection", ids: tuple[int, ...], reason: str) -> bool:
    """Keep them back until somebody tries them again."""
    from bball_tui.outbox.staff_actions import park

    return await _do(app, connection, _("Setting aside"), ids, partial(park, reason=reason), _("set aside"))


async def cancel_mails(app: "App[Any]", connection: "LeagueConnection", ids: tuple[int, ...], reason: str) -> bool:
    """Give them up."""
    from bball_tui.outbox.staff_actions import cancel

    return await _do(app, connection, _("Canceling"), ids, partial(cancel, reason=reason), _("canceled"))


async def resolve_doubt(
    app: "App[Any]", connection: "LeagueConnection", outbox_id: int, zone: tzinfo, now: datetime
) -> bool:
    """Ask whether the mail arrived, then settle it, or put it back into the queue."""
    from bball_tui.league.roster.notes import note_facts_of
    from bball_tui.outbox.staff_actions import resolve, why_no_doubt
    from bball_tui.outbox.timeline import item_timeline

    row = (await connection.call(item_timeline, outbox_id, connection.outgoing)).item
    if row.state is not OutboxState.IN_DOUBT:
        _tell_done(app, await connection.call(why_no_doubt, outbox_id), "")
        return True
    about = _(" about {about}").format(about=called_now(row.about)) if row.about else ""
    since = short_time(row.since, zone, now)
    lines = [
        _("The e-mail to {recipient}{about}, queued {since}, was being sent when the connection broke.").format(
            recipient=row.recipient, about=about, since=since
        ),
        _("It may have arrived."),
    ]
    if row.contract_id is not None:
        family = (await connection.call(note_facts_of, row.contract_id)).guardians
        lines += [
            f"  {one.first} {one.last} ({_(one.relation)}): {or_hidden(one.phone, one.phone_hidden, '–')}"
            for one in family
        ]
    found = await app.push_screen_wait(ResolveDoubt(lines))
    if found is None:
        return False
    acted = await connection.call(resolve, row.id, arrived=found is Found.ARRIVED)
    _tell_done(app, acted, _("settled: it arrived") if found is Found.ARRIVED else _("back in the queue"))
    return True


async def _do(
    app: "App[Any]",
    connection: "LeagueConnection",
    title: str,
    ids: tuple[int, ...],
    act: "Callable[[Session, int, tuple[int, ...]], Awaitable[Acted]]",
    done: str,
) -> bool:
    """One at once; several with progress, a way to stop, and a report."""
    if len(ids) == 1:
        _tell_done(app, await connection.call(act, ids), done, undone_by)
        return True

    async def work(hear: Hear) -> None:
        async with connection.session() as session:
            for start in range(0, len(ids), CHUNK):
                if not hear(await act(session, connection.league.id, ids[start : start + CHUNK])):
                    break

    report = await app.push_screen_wait(BulkRun(f"{title}: {counted(len(ids), 'e-mail')}", len(ids), work, done=done))
    if report.done:
        app.notify(f"{counted(len(report.done), 'e-mail')} {done}. {undone_by()}", markup=False)
    return True


def _tell_done(app: "App[Any]", acted: "Acted", what: str, back: Callable[[], str] = str) -> None:
    """What became of the mails, how that goes back if it does, and why of some nothing was done."""
    if acted.done:
        app.notify(f"{counted(len(acted.done), 'e-mail')} {what}. {back()}".rstrip(), markup=False)
    if acted.refused:
        app.push_screen(ErrorDialog("\n".join(one.reason for one in acted.refused)))
