"""The chats over the summer on the screen: the proposals, and doing what was decided."""

from typing import TYPE_CHECKING, Any

from bball_tui.language import _
from bball_tui.tui.dialogs.chat_renew import ChatRenew
from bball_tui.tui.dialogs.chat_run import ChatRun
from bball_tui.tui.tabs.groupme_mails import tell_first
from bball_tui.wording import counted

if TYPE_CHECKING:
    from textual.app import App

    from bball_tui.groupme.run.progress import Applied, Control, Report
    from bball_tui.tui.connection import LeagueConnection


async def renew_chats(app: "App[Any]", connection: "LeagueConnection") -> bool:
    """Show what is proposed for each team, and do what was decided; False: nothing was begun.

    Raises:
        BballError: GroupMe cannot be read, or the database is away.
    """
    from bball_tui.groupme.renew.run import apply_renewal, read_renewal
    from bball_tui.league.seasons.rolls import read_origins

    season = connection.season
    if season is None:
        return False
    app.notify(_("Reading the groups of both seasons …"), markup=False)
    origins = await connection.call(read_origins, season.id)
    async with connection.groupme() as sender:
        renewal = (await read_renewal(sender, origins)).renewal
    title = _("Chats of {name}").format(name=season.name)
    decisions = await app.push_screen_wait(ChatRenew(title, renewal))
    if decisions is None:
        return False
    wanted = renewal.actions(decisions)
    tells = await tell_first(app, connection, title, renewal.tells(decisions))
    if tells is None:
        return False

    async def run(control: "Control", report: "Report") -> "Applied":
        async with connection.groupme(report, control, tells) as sender:
            return await apply_renewal(sender, wanted, origins)

    heading = f"{title}: {counted(len(wanted), 'step')}"
    await app.push_screen_wait(ChatRun(heading, run, len(wanted), connection.league.zone))
    return True
