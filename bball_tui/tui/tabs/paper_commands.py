"""What is done with the papers of contracts, as commands of the lists they belong to."""

from typing import TYPE_CHECKING

from bball_tui.database.states import OPEN_STATUSES
from bball_tui.language import _
from bball_tui.league.rights import Right
from bball_tui.tui.actions import Commands, action
from bball_tui.tui.tab_events import ContractsSigned
from bball_tui.tui.tabs.guards import on_one, on_some, ready

if TYPE_CHECKING:
    from bball_tui.league.roster.rows import ContractRow, TeamRow
    from bball_tui.tui.tabs.roster_pane import RosterPane

_one = on_one("contract", "Look at the scans of one contract at a time.")
_one_team = on_one("team", "Do this with one team at a time: select none, or one.")


def _has_paper(pane: "RosterPane[ContractRow]") -> str | None:
    if reason := _one(pane):
        return reason
    row: ContractRow | None = pane.meant
    if row is not None and row.status in OPEN_STATUSES:
        return _("It isn't signed yet, so it has no scan. Sign it first ({contract.sign}).")
    return None


@action(
    "v", "view the scans", when=_has_paper, needs=Right.PAPERS, also="attach upload photo pdf picture file document"
)
async def action_contract_scans(pane: "RosterPane[ContractRow]") -> bool:
    """The scanned papers of the contract under the cursor: open, attach, save a copy, take off."""
    from bball_tui.tui.papers import show_scans

    connection, row = pane.connection, pane.meant
    if connection is None or row is None:
        return False
    return await show_scans(pane.app, connection, row.id, f"{row.first} {row.last}")


@action("v", "save its scans", when=_one_team, needs=Right.PAPERS, also="download pdf export")
async def action_team_scans(pane: "RosterPane[TeamRow]") -> None:
    """Write all scans of this team's contracts into a folder of their own."""
    from bball_tui.tui.papers import save_team_scans

    connection, team = pane.connection, pane.meant
    if connection is not None and team is not None:
        await save_team_scans(pane.app, connection, team.id, team.name)


@action("r", "read scanned papers", when=ready, needs=Right.ROSTER, also="scanner barcode qr code upload pile")
async def action_contract_read_scans(pane: "RosterPane[ContractRow]") -> bool:
    """A stack of scanned sheets, a folder or one PDF: their contracts are found by the printed code, and signed."""
    from bball_tui.tui.papers import read_scans

    connection = pane.connection
    if connection is None:
        return False
    done = await read_scans(pane.app, connection, pane.now.astimezone(pane.zone).date())
    if done is None:
        return False
    if done.signed:
        pane.post_message(ContractsSigned(done.signed, len(done.outbox), connection.league.hold_seconds))
    return True


@action("b", "print sheets", when=on_some("contract"), also="paper form pdf printer")
async def action_contract_print(pane: "RosterPane[ContractRow]") -> None:
    """Write contract sheets for the selected contracts as a PDF file: names filled in, and a code for the scanner."""
    from bball_tui.tui.papers import print_contracts

    if pane.connection is not None and pane.targets:
        await print_contracts(pane.app, pane.connection, pane.targets)


@action("b", "print a sign-in list", when=on_some("team"), also="paper attendance check-in pdf printer")
async def action_team_print(pane: "RosterPane[TeamRow]") -> None:
    """Write a sign-in list for each selected team as a PDF file."""
    from bball_tui.tui.papers import print_teams

    if pane.connection is not None and pane.targets:
        await print_teams(pane.app, pane.connection, pane.targets)


OF_CONTRACTS = Commands((action_contract_scans, action_contract_read_scans, action_contract_print))
OF_TEAMS = Commands((action_team_scans, action_team_print))
