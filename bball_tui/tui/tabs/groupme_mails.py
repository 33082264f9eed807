"""The mails that carry a chat's link: to families welcomed before it stood, and those that wait for it.

Each of these asks first, and says what came of it.
"""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from bball_tui.language import _, stored
from bball_tui.tui.dialogs.chat_tell import Answer, ChatTell
from bball_tui.tui.dialogs.confirm import Confirm
from bball_tui.tui.key_hints import key_of
from bball_tui.wording import counted

if TYPE_CHECKING:
    from textual.app import App

    from bball_tui.groupme.plan.team_list import ChatRow
    from bball_tui.tui.connection import LeagueConnection

MOST_TEAMS = 10


async def tell_families(app: "App[Any]", connection: "LeagueConnection", team_ids: Sequence[int]) -> bool:
    """Say how many and who, then promise the mails; False: none was promised.

    Raises:
        BballError: a team is gone, or the database is away.
    """
    from bball_tui.groupme.notify import enqueue

    families = await connection.call(enqueue.families_of, team_ids)
    if not families:
        app.notify(_("Every family that was welcomed has the present link."), markup=False)
        return False
    question = ChatTell(_("Tell families of the team chat"), (), families)
    if await app.push_screen_wait(question) is not Answer.TELL:
        return False
    mails = 0
    for __, one in families:
        mails += len((await connection.call(enqueue.tell_families, one.team_id)).outbox_ids)
    app.notify(_("{e_mail} queued. The Outbox shows them.").format(e_mail=counted(mails, "e-mail")), markup=False)
    return True


async def tell_first(
    app: "App[Any]", connection: "LeagueConnection", title: str, team_ids: Collection[int]
) -> frozenset[int] | None:
    """Ask whether families are to be told of links that are about to stand; None: rather do nothing."""
    from bball_tui.groupme.notify.enqueue import families_of

    families = await connection.call(families_of, team_ids, any_link=True)
    if not families:
        return frozenset()
    lines = [_("These steps bring a new link. E-mails are sent only for links that actually go live.")]
    answer = await app.push_screen_wait(ChatTell(title, lines, families, button=_("Do it")))
    if answer is None:
        return None
    return frozenset(one.team_id for __, one in families) if answer is Answer.TELL else frozenset()


async def send_without_link(app: "App[Any]", connection: "LeagueConnection", rows: "Sequence[ChatRow]") -> bool:
    """Say how many mails go without a button, then send them; False: none was sent.

    Raises:
        BballError: the database is away.
    """
    from bball_tui.outbox.waiting_for_chat import release_waiting

    mails = sum(row.waiting for row in rows)
    lines = [f"{row.label}: {counted(row.waiting, 'e-mail')}" for row in rows[:MOST_TEAMS]]
    lines += [_("and {rows} more teams").format(rows=len(rows) - MOST_TEAMS)] if len(rows) > MOST_TEAMS else []
    later = _("Families can be told of the link later ({key}).").format(key=key_of("chat.tell"))
    lines.append(_("They go out without the button to the team chat. {later}").format(later=later))
    title = _("Send {welcome_e_mail} without the link").format(welcome_e_mail=counted(mails, "welcome e-mail"))
    if not await app.push_screen_wait(Confirm(title, lines, _("Send {mails}").format(mails=mails), danger=True)):
        return False
    sent = 0
    for row in rows:
        sent += await connection.call(release_waiting, row.id, why=stored("sent without the link of the team chat"))
    app.notify(_("{e_mail} queued.").format(e_mail=counted(sent, "e-mail")), markup=False)
    return True


async def wait_for_links(app: "App[Any]", connection: "LeagueConnection") -> None:
    """Ask, then let welcome mails wait for the link from now on, or not.

    Raises:
        BballError: the database is away.
    """
    from bball_tui.league.editing.profile import change_league

    waits = connection.league.wait_for_chat
    anyway = key_of("chat.send-anyway")
    if waits:
        lines = [
            _("Welcome e-mails of teams without a link go out at once again, without the join button."),
            _("E-mails that wait already go on waiting: {anyway} sends them.").format(anyway=anyway),
        ]
        question = Confirm(_("Welcome e-mails wait no more"), lines, _("Wait no more"), danger=True)
    else:
        lines = [
            _("From now on a welcome e-mail waits until its team's chat has a share link: every one has the button."),
            _("Signing goes on as usual. Linking the group sends what waits; {anyway} sends it without.").format(
                anyway=anyway
            ),
        ]
        question = Confirm(_("Let welcome e-mails wait for the link"), lines, _("Let them wait"), danger=True)
    if not await app.push_screen_wait(question):
        return
    async with connection.session() as session:
        changed = await change_league(session, connection.league, {"wait_for_chat": not waits})
    connection.league = changed
    app.notify(
        _("Welcome e-mails {words} from now on.").format(
            words=_("go out at once") if waits else _("wait for the link")
        ),
        markup=False,
    )
