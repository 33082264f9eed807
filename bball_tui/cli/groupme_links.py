"""`bball-tui groupme link|unlink|qr`."""

import shutil
import sys
from pathlib import Path

import click
from msgspec import Struct

from bball_tui.cli.context import CliContext, in_league, needs
from bball_tui.cli.groupme_team import read_team, season_id_of, season_option
from bball_tui.cli.output import Answer, Did, Found
from bball_tui.errors import BballError
from bball_tui.groupme.links import qr
from bball_tui.groupme.links.link_preview import preview_link
from bball_tui.groupme.links.linking import Linked, unlink
from bball_tui.groupme.links.resolve_group import Chosen, resolve_group
from bball_tui.groupme.links.share_links import read_pasted
from bball_tui.groupme.notify.enqueue import link_and_tell
from bball_tui.groupme.notify.unaware_families import FamiliesToTell, families_to_tell
from bball_tui.groupme.plan.make_plan import label
from bball_tui.league.rights import Right
from bball_tui.wording import counted, listed

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, on a terminal too.")
dry_run_option = click.option("--dry-run", is_flag=True, help="Only say what would be done.")
MOST_NAMES = 10


class LinkedLine(Struct, frozen=True):
    """The JSON of `groupme link`. ``families_to_tell`` are players whose families' mail had no such link.

    ``mails_released`` waited for it and go out now; ``mails_promised`` tell families who were welcomed before.
    """

    team_id: int
    team: str
    group_id: str
    group: str | None
    changed: bool
    link_changed: bool
    dry_run: bool
    notes: tuple[str, ...]
    mails_released: int
    mails_promised: int
    mails_to_tell: int
    families_to_tell: tuple[str, ...]


class UnlinkedLine(Struct, frozen=True):
    """The JSON of `groupme unlink`. ``mails_canceled`` were about its link and had not left; so many welcome e-mails,
    ``mails_waiting``, wait for the next link again.
    """

    team_id: int
    team: str
    group_id: str | None
    dry_run: bool
    mails_canceled: int
    mails_waiting: int


class CodeLine(Struct, frozen=True):
    """The JSON of `groupme qr`: here, and only here, the link is shown whole."""

    team_id: int
    team: str
    share_url: str
    file: str | None


class _DryRun(Exception):
    """Ends the transaction of a dry run without a commit."""


@click.command("link")
@needs(Right.ROSTER)
@click.argument("team")
@click.argument("group", metavar="LINK_OR_ID")
@click.option("--tell", is_flag=True, help="Queue an e-mail to families who were welcomed before this link.")
@season_option
@dry_run_option
@json_option
@in_league
async def groupme_link(
    context: CliContext, team: str, group: str, tell: bool, season: str | None, dry_run: bool
) -> Answer:
    """Link TEAM (number or name) with a group: its share link as pasted, or its id."""
    pasted = read_pasted(group)
    found = await read_team(context, await season_id_of(context, season), team)
    chosen = await resolve_group(context.settings, pasted)
    how = "by its share link" if pasted.share_url is not None else "by its id"
    linked, promised, families = await _link(context, found.id, chosen, how, tell=tell, dry_run=dry_run)
    line = LinkedLine(
        team_id=linked.team_id,
        team=linked.team,
        group_id=linked.group_id,
        group=linked.name,
        changed=linked.changed,
        link_changed=linked.link_changed,
        dry_run=dry_run,
        notes=chosen.notes,
        mails_released=linked.released,
        mails_promised=promised,
        mails_to_tell=families.recipients,
        families_to_tell=families.players,
    )
    would = "Would link" if dry_run else "Linked" if linked.changed else "Already linked:"
    told = [f"{would} {linked.team} with {linked.name or 'group ' + linked.group_id}."]
    told += [f"! {note}" for note in chosen.notes]
    if linked.released:
        told.append(f"{counted(linked.released, 'welcome e-mail')} that waited for the link: queued.")
    if promised:
        told.append(f"{counted(promised, 'e-mail')} to families who were welcomed before: queued.")
    if families.families:
        names = families.players[:MOST_NAMES]
        more = len(families.players) - len(names)
        said = listed([*names, f"{more} more"] if more else names)
        told.append(
            f"! Families of {counted(len(families.players), 'player')} were welcomed without this link: {said}. "
            f"'bball-tui groupme tell {found.id}' writes to them."
        )
    return Did(told, line)


async def _link(
    context: CliContext, team_id: int, chosen: Chosen, how: str, *, tell: bool, dry_run: bool
) -> tuple[Linked, int, FamiliesToTell]:
    """What linking did, how many mails were promised, and who is still to be told."""
    async with context.database.session() as session:
        if dry_run:
            preview = await preview_link(session, context.league.id, team_id, chosen, how)
            return preview.linked, 0, preview.families
        linked, told = await link_and_tell(
            session, context.league.id, team_id, chosen.group, how=how, tell=tell, by_hand=True
        )
        mails = 0 if told is None else len(told.outbox_ids)
        return linked, mails, await families_to_tell(session, context.league.id, team_id)


@click.command("unlink")
@needs(Right.ROSTER)
@click.argument("team")
@click.option("--reason", metavar="TEXT", default="", help="Why; it is kept in the history.")
@season_option
@dry_run_option
@json_option
@in_league
async def groupme_unlink(context: CliContext, team: str, reason: str, season: str | None, dry_run: bool) -> Answer:
    """Forget the group and the share link of TEAM. The group itself stays as it is.

    E-mails about the link that have not left are canceled. Welcome e-mails that have not left wait for the next link,
    if the league has them wait for one.
    """
    found = await read_team(context, await season_id_of(context, season), team)
    try:
        async with context.database.session() as session:
            gone = await unlink(session, context.league.id, found.id, reason=reason.strip() or "by command")
            if dry_run:
                raise _DryRun
    except _DryRun:
        pass
    told = [f"{'Would unlink' if dry_run else 'Unlinked'} {gone.team}. The group itself stays as it is."]
    if gone.cancelled:
        told.append(f"{counted(gone.cancelled, 'e-mail')} about its link that had not left: canceled.")
    if gone.waiting:
        told.append(f"{counted(gone.waiting, 'welcome e-mail')} that had not left: waiting for the next link.")
    if gone.had_link:
        told.append("! E-mails that went out already still lead to that group.")
    line = UnlinkedLine(gone.team_id, gone.team, gone.group_id, dry_run, gone.cancelled, gone.waiting)
    return Did(told, line)


@click.command("qr")
@click.argument("team")
@click.option(
    "--image",
    "--output",
    "image",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write it there: .png, .svg or .pdf.",
)
@season_option
@json_option
@in_league
async def groupme_qr(context: CliContext, team: str, image: Path | None, season: str | None) -> Answer:
    """Show the share link of TEAM as a QR code. Anyone who scans it can join."""
    found = await read_team(context, await season_id_of(context, season), team)
    link = found.share_url
    if link is None:
        raise BballError(f"{label(found)} has no share link yet. Link its group first, or switch sharing on.")
    if image is not None:
        qr.write_image(link, image)
    line = CodeLine(found.id, label(found), link, None if image is None else str(image))
    said = [] if image is None else [f"Wrote {image}."]
    return Found(lambda: line, lambda: _code(link) if image is None else "", said)


def _code(link: str) -> str:
    # A code that the window breaks is none; a file or a pipe has no window.
    size = shutil.get_terminal_size()
    room = (size.columns, size.lines - 2) if sys.stdout.isatty() else None
    return "\n".join([*qr.lines(link, room), link])
