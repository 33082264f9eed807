"""Between the dialogs about papers, which know no database, and the services, which know no screen.

Imported by the command that needs it: SQLAlchemy comes with it.
"""

import asyncio
from datetime import UTC, date, datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bball_tui.errors import BballError
from bball_tui.files import short_path, write_bytes
from bball_tui.language import _, plural
from bball_tui.league.activity import note_export
from bball_tui.league.papers.export import export_scans, file_name
from bball_tui.league.papers.printing import Printed, print_sheets, print_sign_in, sheets_of
from bball_tui.league.papers.scan_file import SUFFIXES, load_scan
from bball_tui.league.papers.scan_stack import (
    ScanStackDone,
    ScanStackPlan,
    ScanStackReader,
    plan_scan_stack,
    sign_scan_stack,
)
from bball_tui.league.papers.scans import LONGEST_REASON, ScanRow, attach, list_scans, remove_scan, scan_content
from bball_tui.league.rights import Right
from bball_tui.league.roster.rows import RosterFilter
from bball_tui.tui.browser import how_to_fetch, open_page
from bball_tui.tui.dialogs.attach_scan import AttachScan
from bball_tui.tui.dialogs.error_box import ErrorDialog
from bball_tui.tui.dialogs.pick_record import Entry, PickRecord
from bball_tui.tui.dialogs.print_papers import Print, PrintPapers
from bball_tui.tui.dialogs.read_scans import ReadScans, ScanStackOrder
from bball_tui.tui.dialogs.reason import Reason
from bball_tui.tui.recent_files import remember_scan_folder, scan_folder
from bball_tui.tui.text import clean, short_time
from bball_tui.wording import counted
from bball_tui.wording import listed as named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import App

    from bball_tui.tui.connection import LeagueConnection


async def show_scans(app: "App[Any]", connection: "LeagueConnection", contract_id: int, player: str) -> bool:
    """The scans of a contract: open, attach, save, take off. True when something was changed."""

    # Mailers and admins look at scans; which of them belong to a contract is for the registrar to say.
    changes = connection.may(Right.ROSTER)

    async def load() -> "Sequence[Entry]":
        now = datetime.now(UTC)
        return [_entry(row, connection.league.zone, now) for row in await connection.call(list_scans, [contract_id])]

    async def open_or_attach(scan_id: int | None) -> bool:
        if scan_id is None:
            return await _attach(app, connection, contract_id, player)
        await _open(app, connection, scan_id)
        return False

    async def save(scan_id: int | None) -> bool:
        if scan_id is not None:
            await _save(app, connection, scan_id)
        return False

    async def remove(scan_id: int | None) -> bool:
        return scan_id is not None and await _remove(app, connection, scan_id, player)

    changed: bool = await app.push_screen_wait(
        PickRecord(
            _("Scans of {player}'s contract").format(player=player),
            load,
            open_or_attach,
            empty=_("No scan yet: n attaches one.") if changes else _("No scan yet."),
            remove=remove if changes else None,
            extra=(_("Save"), save),
            opens=_("Open"),
            adds=_("Attach") if changes else "",
        )
    )
    return changed


def _entry(row: ScanRow, zone: tzinfo, now: datetime) -> Entry:
    size = _("{value:,} KB").format(value=max(1, row.size // 1024))
    attached = _("attached {when} by {recorded_by}").format(
        when=short_time(row.recorded_at, zone, now), recorded_by=row.recorded_by
    )
    return Entry(
        row.id,
        row.name,
        _("{upper}, {size} · {attached} · fingerprint {sha256}…").format(
            upper=row.kind.upper(), size=size, attached=attached, sha256=row.sha256[:16]
        ),
    )


async def _attach(app: "App[Any]", connection: "LeagueConnection", contract_id: int, player: str) -> bool:
    async def keep(path: Path) -> str:
        scan = await asyncio.to_thread(load_scan, path)
        done = await connection.call(attach, contract_id, scan)
        also = (
            _(" It is also attached to the contract of {named}: is that right?").format(named=named(done.also))
            if done.also
            else ""
        )
        return _("{name} is attached to {player}'s contract.{also}").format(name=scan.name, player=player, also=also)

    data_dir = connection.settings.data_dir
    done = await app.push_screen_wait(AttachScan(player, keep, await asyncio.to_thread(scan_folder, data_dir)))
    if done is None:
        return False
    await asyncio.to_thread(remember_scan_folder, data_dir, done.folder)
    app.notify(clean(done.told), markup=False)
    return True


async def _open(app: "App[Any]", connection: "LeagueConnection", scan_id: int) -> None:
    found = await connection.call(scan_content, scan_id)
    try:
        file = await asyncio.to_thread(connection.pages.keep, found.content, SUFFIXES[found.row.kind])
    except OSError as error:
        raise BballError(
            _("The scan could not be written for the viewer: {strerror}.").format(strerror=error.strerror)
        ) from None
    if await asyncio.to_thread(open_page, file):
        told = _("The scan is open. The file goes when you leave this program.")
    else:
        app.copy_to_clipboard(how_to_fetch(file))
        told = _(
            "There is no viewer here. On your own computer type (it is in your clipboard): {how_to_fetch}"
            " Only you can read the file, and it goes when you leave this program."
        ).format(how_to_fetch=how_to_fetch(file))
    app.notify(clean(told), timeout=15, markup=False)


async def _save(app: "App[Any]", connection: "LeagueConnection", scan_id: int) -> None:
    found = await connection.call(scan_content, scan_id)
    place = Path.home() / file_name(found.row)
    await asyncio.to_thread(write_bytes, place, found.content)
    app.notify(clean(_("Saved as {short_path}.").format(short_path=short_path(place))), timeout=10, markup=False)


async def _remove(app: "App[Any]", connection: "LeagueConnection", scan_id: int, player: str) -> bool:
    lines = [
        _("The picture is deleted from {player}'s contract.").format(player=player),
        _("Its name, its hash and your reason stay in the history."),
    ]
    why = await app.push_screen_wait(
        Reason(_("Take a scan off"), lines, _("Take off"), danger=True, longest=LONGEST_REASON)
    )
    if why is None:
        return False
    await connection.call(remove_scan, scan_id, why)
    return True


async def save_team_scans(app: "App[Any]", connection: "LeagueConnection", team_id: int, team: str) -> None:
    """Write all scans of a team into a folder of its own."""
    name = "".join(one for one in team if one.isalnum() or one in " -").strip()
    folder = Path.home() / f"{connection.league.slug} scans {name}"
    wanted = RosterFilter(season_id=connection.season_id, team_id=team_id)

    async def write() -> int:
        return len([one async for one in export_scans(connection.database, connection.league.id, wanted, folder)])

    number = await connection.guard(write())
    await note_export(connection.database, connection.league.id, "scans", number)
    app.notify(
        clean(
            _("{scans} of {team} written to {short_path}.").format(
                scans=counted(number, "scan"), team=team, short_path=short_path(folder)
            )
        ),
        timeout=12,
        markup=False,
    )


async def print_contracts(app: "App[Any]", connection: "LeagueConnection", contract_ids: "Sequence[int]") -> None:
    """Contract sheets as a PDF file."""

    async def write(path: Path) -> str:
        printing = connection.call(print_sheets, contract_ids, template_dir=connection.settings.template_dir)
        return await _written(await printing, path, "sheet")

    number = await connection.call(sheets_of, contract_ids)
    if not number:
        none = _("None of these contracts waits for a signature, so there is no sheet to print.")
        await app.push_screen_wait(ErrorDialog(none, title=_("Print contract sheets")))
        return
    sheets = counted(number, "sheet")
    lines = [_("{sheets}, names filled in and with a code by which a scan is found.").format(sheets=sheets)]
    if others := len(contract_ids) - number:
        lines.append(
            plural(
                "{others:,} of these contracts is signed or over and gets no sheet.",
                "{others:,} of these contracts are signed or over and get no sheet.",
                others,
            ).format(others=others)
        )
    await _print(app, connection, _("Print contract sheets"), lines, "contracts", write)


async def print_teams(app: "App[Any]", connection: "LeagueConnection", team_ids: "Sequence[int]") -> None:
    """Sign-in lists as a PDF file."""

    async def write(path: Path) -> str:
        return await _written(await connection.call(print_sign_in, team_ids), path, "player")

    lines = [
        _("The players of {teams}, with a place to sign beside each.").format(teams=counted(len(team_ids), "team"))
    ]
    await _print(app, connection, _("Print a sign-in list"), lines, "sign-in", write)


async def _print(
    app: "App[Any]", connection: "LeagueConnection", title: str, lines: list[str], what: str, write: Print
) -> None:
    place = Path.home() / f"{connection.league.slug}-{what}-{date.today():%Y-%m-%d}.pdf"  # noqa: DTZ011 - of this desk
    told = await app.push_screen_wait(PrintPapers(title, lines, place, write))
    if told is not None:
        app.notify(clean(told), timeout=12, markup=False)


async def _written(printed: Printed, path: Path, what: str) -> str:
    await asyncio.to_thread(write_bytes, path, printed.pdf)
    left = [one.reason for one in printed.left_out]
    more = _(" and {left} more").format(left=len(left) - 2) if len(left) > 2 else ""
    return (
        " ".join(
            [
                _("{papers} written to {path}.").format(
                    papers=counted(len(printed.printed), what), path=short_path(path)
                ),
                *left[:2],
            ]
        )
        + more
    )


async def read_scans(app: "App[Any]", connection: "LeagueConnection", today: date) -> "ScanStackDone | None":
    """A stack of scans: the plan, then the signatures. None: nothing was signed."""
    data_dir = connection.settings.data_dir

    async def read(path: Path, reader: ScanStackReader) -> ScanStackPlan:
        return await connection.call(plan_scan_stack, await asyncio.to_thread(reader.read, path))

    async def carry_out(order: ScanStackOrder) -> ScanStackDone:
        signing = sign_scan_stack(
            connection.database,
            connection.league.id,
            order.plan,
            leave=order.leave,
            method=order.method,
            signed_on=order.signed_on,
        )
        return await connection.guard(signing)

    dialog = ReadScans(
        read=read,
        sign=carry_out,
        today=today,
        date_order=connection.league.date_order,
        path=await asyncio.to_thread(scan_folder, data_dir),
    )
    answer = await app.push_screen_wait(dialog)
    if answer is None:
        return None
    if answer.path.is_dir():
        await asyncio.to_thread(remember_scan_folder, data_dir, answer.path)
    done = answer.done
    parts = [_("{contracts} signed, with their scans").format(contracts=counted(len(done.signed), "contract"))]
    if done.attached:
        parts.append(_("{scans} attached").format(scans=counted(len(done.attached), "scan")))
    app.notify(f"{', '.join(parts)}.", timeout=12, markup=False)
    if done.refused:
        reasons = "\n".join(one.reason for one in done.refused[:5])
        title = _("{papers} not signed").format(papers=counted(len(done.refused), "paper"))
        await app.push_screen_wait(
            ErrorDialog(reasons, title=title, safe=_("All others are signed, with their scans.") if done.signed else "")
        )
    return done
