"""Who left a team and is still in its chat, and who has the link and is not in it: lists, and what is done then."""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bball_tui.language import _
from bball_tui.tui.dialogs.chat_people import ChatPeople
from bball_tui.tui.dialogs.chat_run import ChatRun
from bball_tui.tui.dialogs.confirm import Confirm
from bball_tui.tui.dialogs.tick_list import TickLine
from bball_tui.tui.text import clean, short_time
from bball_tui.tui.theme import STYLES, Tone
from bball_tui.wording import counted

if TYPE_CHECKING:
    from textual.app import App

    from bball_tui.groupme.notify.not_joined import NotJoined, ToldFamily
    from bball_tui.groupme.renew.leaving import Leaving
    from bball_tui.groupme.run.progress import Applied, Control, Report
    from bball_tui.league.exporting.list_sheet import Piece
    from bball_tui.tui.connection import LeagueConnection

MOST_NAMED = 10
ONLY_NAMES = _("GroupMe shows only names that people chose.")


async def show_leavers(app: "App[Any]", connection: "LeagueConnection", team_ids: Sequence[int]) -> bool:
    """List who is in these teams' chats (all of the season without any) and not of the team; take out who is chosen.

    True: somebody was to be removed.

    Raises:
        BballError: GroupMe cannot be read, or the database is away.
    """
    from bball_tui.groupme.renew.run import apply_removals, read_leaving
    from bball_tui.groupme.renew.sheet import leaving_rows
    from bball_tui.league.seasons.rolls import read_origins

    season = connection.season
    if season is None:
        return False
    app.notify(_("Looking who is in the chats …"), markup=False)
    origins = await connection.call(read_origins, season.id)
    async with connection.groupme() as sender:
        leaving = await read_leaving(sender, origins, team_ids)
    unknown = sum(len(team.unknown) for team in leaving.teams)
    notes = [
        _(
            "{members} left the team, {unknown} unknown to us. {only_names} No one who is unknown, and no "
            "staff, is removed from here."
        ).format(
            members=counted(len(leaving.left), "member"), unknown=counted(unknown, "is", "are"), only_names=ONLY_NAMES
        ),
        *leaving.unread,
    ]
    ticked = await _ask(
        app,
        connection,
        lambda chosen: ChatPeople(
            _("Who left and is still in the chat"),
            notes,
            _leaver_lines(leaving, chosen),
            button=lambda number: _("Remove {number}").format(number=number) if number else _("No one is ticked"),
        ),
        "team chat leavers",
        lambda: leaving_rows(leaving),
    )
    wanted = [action for action in leaving.plan.actions if action.id in ticked]
    if not wanted:
        return False
    lines = [f"{action.before}. {action.reason}" for action in wanted[:MOST_NAMED]]
    lines += [_("and {wanted} more").format(wanted=len(wanted) - MOST_NAMED)] if len(wanted) > MOST_NAMED else []
    lines.append(_("They no longer see the chat, and come back only by the link, or when someone adds them."))
    title = _("Remove {members} from the chats").format(members=counted(len(wanted), "member"))
    if not await app.push_screen_wait(
        Confirm(title, lines, _("Remove {wanted}").format(wanted=len(wanted)), danger=True)
    ):
        return False

    async def run(control: "Control", report: "Report") -> "Applied":
        async with connection.groupme(report, control) as sender:
            return await apply_removals(sender, wanted, origins)

    await app.push_screen_wait(ChatRun(title, run, len(wanted), connection.league.zone))
    return True


async def show_not_joined(app: "App[Any]", connection: "LeagueConnection", now: datetime) -> bool:
    """List the families of all teams who have the link and are not seen in the chat; remind who is ticked.

    True: e-mails were queued.

    Raises:
        BballError: GroupMe cannot be read, or the database is away.
    """
    from bball_tui.groupme.notify.not_joined import PATIENCE, not_joined_rows, remind
    from bball_tui.groupme.plan.look_at_chats import read_not_joined

    season = connection.season
    if season is None:
        return False
    app.notify(_("Looking who is in the chats …"), markup=False)
    async with connection.groupme() as sender:
        found = await read_not_joined(sender)
    zone = connection.league.zone
    notes = [
        _(
            "{family_has} the link and no one who is seen in the chat. {only_names} No one is reminded "
            "within {days} days of an e-mail about the chat."
        ).format(
            family_has=counted(len(found.families), "family has", "families have"),
            only_names=ONLY_NAMES,
            days=PATIENCE.days,
        ),
        *(_("{team}: its group could not be read.").format(team=team) for team in found.unread),
    ]
    ticked = await _ask(
        app,
        connection,
        lambda chosen: ChatPeople(
            _("Who has not joined"),
            notes,
            _family_lines(found, chosen, lambda one: short_time(one.told_at, zone, now)),
            button=lambda number: (
                _("Remind {familys}").format(familys=counted(number, "family", "families"))
                if number
                else _("No one is ticked")
            ),
        ),
        "not in the team chat",
        lambda: not_joined_rows(found, zone),
    )
    contracts = [told.contract_id for one in found.due for told in one.due if str(told.contract_id) in ticked]
    if not contracts:
        return False
    mails = await connection.call(remind, season.id, contracts)
    app.notify(_("{e_mail} queued. The Outbox shows them.").format(e_mail=counted(mails, "e-mail")), markup=False)
    return True


async def _ask(
    app: "App[Any]",
    connection: "LeagueConnection",
    dialog: "Callable[[frozenset[str] | None], ChatPeople]",
    name: str,
    rows: Callable[[], Iterable[Sequence[str]]],
) -> frozenset[str]:
    """What is ticked in the end; nothing when it was closed. ``dialog`` gets the ticks of before, None at first."""
    ticked: frozenset[str] | None = None
    while True:
        chosen = await app.push_screen_wait(dialog(ticked))
        if chosen is None:
            return frozenset()
        if not chosen.export:
            return chosen.ticked
        ticked = chosen.ticked
        await _write(app, connection, name, list(rows()))


async def _write(app: "App[Any]", connection: "LeagueConnection", name: str, rows: list[Sequence[str]]) -> None:
    from bball_tui.league.exporting.list_sheet import Piece
    from bball_tui.league.values.csv_text import csv_text
    from bball_tui.league.values.formula_escape import quoted
    from bball_tui.tui.dialogs.export_list import ExportList

    async def pieces() -> "AsyncIterator[Piece]":
        yield Piece(csv_text([quoted(cell) for cell in row] for row in rows), len(rows) - 1)

    day = datetime.now(connection.league.zone).date().isoformat()
    written = await app.push_screen_wait(ExportList(Path.home() / f"{name} {day}.csv", len(rows) - 1, write=pieces))
    if written is not None:
        app.notify(
            clean(_("{rows} written to {path}.").format(rows=counted(written.rows, "row"), path=written.path)),
            markup=False,
        )


def _leaver_lines(leaving: "Leaving", ticked: frozenset[str] | None) -> list[TickLine]:
    """Everybody who left, then everybody who is unknown. Nobody is ticked unless somebody does it."""
    lines = []
    for team in leaving.teams:
        for one in team.left:
            said = f" · {one.why}" + ("" if one.action is not None else _(" · by hand, in the GroupMe app"))
            parts = ((f"{team.label}: ", "bold"), one.member.nickname, (said, STYLES[Tone.MUTED]))
            ident = f"by-hand:{team.team_id}:{one.member.user_id}" if one.action is None else one.action.id
            lines.append(TickLine(ident, parts, ident in (ticked or ()), tickable=one.action is not None))
    for team in leaving.teams:
        for member in team.unknown:
            parts = ((f"{team.label}: ", "bold"), member.nickname, (_(" · unknown to us"), STYLES[Tone.MUTED]))
            lines.append(TickLine(f"unknown:{team.team_id}:{member.user_id}", parts, False, tickable=False))
    return lines


def _family_lines(
    found: "NotJoined", ticked: frozenset[str] | None, told: "Callable[[ToldFamily], str]"
) -> list[TickLine]:
    """A line a family; whoever may be reminded is ticked."""
    lines = []
    for one in found.families:
        ident = str(one.told[0].contract_id)
        said = _(" · {guardians} · told {told}").format(guardians=", ".join(one.guardians), told=told(one))
        line = TickLine(
            ident,
            ((f"{one.team}: ", "bold"), one.player, (said, STYLES[Tone.MUTED])),
            bool(one.due) if ticked is None else ident in ticked,
            tickable=bool(one.due),
        )
        lines.append(line)
    return lines
