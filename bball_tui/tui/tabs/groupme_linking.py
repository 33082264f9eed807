"""Linking a team with a group that staff choose or whose share link they paste: what it would do, then doing it; and
unlinking it.

Imported by the command that needs it: SQLAlchemy comes with it.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from bball_tui.groupme.links.link_preview import LinkPreview, preview_link
from bball_tui.groupme.links.linking import unlink
from bball_tui.groupme.links.resolve_group import resolve_group
from bball_tui.groupme.links.share_links import read_pasted
from bball_tui.groupme.notify.enqueue import link_and_tell
from bball_tui.language import _, plural, stored
from bball_tui.tui.dialogs.chat_link import ChatLink, GroupChoice
from bball_tui.tui.dialogs.chat_tell import Answer, ChatTell
from bball_tui.tui.dialogs.confirm import Confirm
from bball_tui.tui.key_hints import key_of
from bball_tui.tui.text import clean
from bball_tui.wording import counted

if TYPE_CHECKING:
    from textual.app import App

    from bball_tui.groupme.plan.team_list import ChatRow
    from bball_tui.tui.connection import LeagueConnection


async def link_team(
    app: "App[Any]", connection: "LeagueConnection", row: "ChatRow", groups: Sequence[GroupChoice]
) -> bool:
    """Ask which of ``groups`` or which pasted one it is, and whether to tell families; False: nothing was linked.

    Raises:
        BballError: it cannot be linked anymore, or the database is away.
    """
    ids = frozenset(group.group_id for group in groups)

    async def read_preview(wanted: str) -> "LinkPreview":
        """Nothing stays. Without a token a share link alone will do."""
        pasted = read_pasted(wanted)
        pasted_as = stored("by its share link") if pasted.share_url else stored("by its id")
        found = await connection.guard(resolve_group(connection.settings, pasted))
        how = stored("chosen from the list") if wanted in ids else pasted_as
        return await connection.call(preview_link, row.id, found, how)

    note = (
        ""
        if groups
        else _("Groups to choose from are shown once GroupMe was read ({key}).").format(key=key_of("chat.read"))
    )
    preview = await app.push_screen_wait(ChatLink(row.label, groups, read_preview, note=note))
    if preview is None:
        return False
    families, tell = preview.families, False
    if preview.linked.link_changed and families.families:
        lines = [
            _("{label} is linked with {group_words}.").format(label=row.label, group_words=_group_words(preview)),
            *preview.chosen.notes,
        ]
        question = ChatTell(
            _("Link {label}").format(label=row.label), lines, ((row.label, families),), button=_("Link")
        )
        answer = await app.push_screen_wait(question)
        if answer is None:
            return False
        tell = answer is Answer.TELL
    linked, told = await connection.call(
        link_and_tell, row.id, preview.chosen.group, how=preview.how, tell=tell, by_hand=True
    )
    notes = [] if families.families else list(preview.chosen.notes)
    if linked.released:
        notes.append(_("{waiting_e_mail} queued.").format(waiting_e_mail=counted(linked.released, "waiting e-mail")))
    if told is None:
        notes.append(_("{key} unlinks it.").format(key=key_of("chat.unlink")))
    else:
        queued = plural(
            "{e_mail} queued. As long as it has not left, {key} unlinks the team and cancels it.",
            "{e_mail} queued. As long as they have not left, {key} unlinks the team and cancels them.",
            len(told.outbox_ids),
        )
        notes.append(queued.format(e_mail=counted(len(told.outbox_ids), "e-mail"), key=key_of("chat.unlink")))
    sentence = " ".join(
        (_("{team} is linked with {group_words}.").format(team=linked.team, group_words=_group_words(preview)), *notes)
    )
    app.notify(clean(sentence), timeout=8, markup=False)
    return True


async def unlink_team(app: "App[Any]", connection: "LeagueConnection", row: "ChatRow", *, asks: bool) -> bool:
    """Say what it means, then unlink; False: nothing was unlinked. ``asks``: GroupMe can be asked for the right one.

    Raises:
        BballError: it is unlinked already, or the database is away.
    """
    lines = [
        _("{label} is linked with the group {group!r}.").format(label=row.label, group=row.group)
        if row.group
        else _("{label} is linked with a group.").format(label=row.label),
        _("The group itself stays as it is, and so does everybody in it."),
        _("Welcome e-mails that have not left wait for the next link.")
        if connection.league.wait_for_chat
        else _("Welcome e-mails that go out from now on carry no join button."),
    ]
    if row.link is not None:
        lines += [
            _("E-mails to families about this link that have not left are canceled."),
            _("E-mails that went out already still lead to that group."),
        ]
    question = Confirm(_("Unlink {label}").format(label=row.label), lines, _("Unlink"), danger=True)
    if not await app.push_screen_wait(question):
        return False
    gone = await connection.call(unlink, row.id, reason=stored("on the screen"))
    told = [_("{label} is unlinked.").format(label=row.label)]
    if gone.cancelled:
        told.append(_("{e_mail} about its link canceled.").format(e_mail=counted(gone.cancelled, "e-mail")))
    if gone.waiting:
        waits = plural("{e_mail} waits for the next link.", "{e_mail} wait for the next link.", gone.waiting)
        told.append(waits.format(e_mail=counted(gone.waiting, "welcome e-mail")))
    told.append(
        _("{key} looks for its group again.").format(key=key_of("chat.read"))
        if asks
        else _("{key} links the right one.").format(key=key_of("chat.link"))
    )
    app.notify(clean(" ".join(told)), markup=False)
    return True


def _group_words(preview: "LinkPreview") -> str:
    name = preview.linked.name
    return (
        _("the group '{name}'").format(name=name)
        if name
        else _("group {group_id}").format(group_id=preview.linked.group_id)
    )
