"""Linking a team with a group that staff choose or whose share link they paste: what it would do, then doing it.

Imported by the command that needs it: SQLAlchemy comes with it.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from bball_tui.groupme.links.link_preview import LinkPreview, preview_link
from bball_tui.groupme.links.resolve_group import resolve_group
from bball_tui.groupme.links.share_links import read_pasted
from bball_tui.groupme.notify.enqueue import link_and_tell
from bball_tui.language import _, stored
from bball_tui.tui.dialogs.chat_link import ChatLink, GroupChoice
from bball_tui.tui.dialogs.chat_tell import Answer, ChatTell
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
        notes.append(
            _("{waiting_e_mail} on the way.").format(waiting_e_mail=counted(linked.released, "waiting e-mail"))
        )
    if told is not None:
        notes.append(_("{e_mail} queued.").format(e_mail=counted(len(told.outbox_ids), "e-mail")))
    sentence = " ".join(
        (_("{team} is linked with {group_words}.").format(team=linked.team, group_words=_group_words(preview)), *notes)
    )
    app.notify(clean(sentence), timeout=8, markup=False)
    return True


def _group_words(preview: "LinkPreview") -> str:
    name = preview.linked.name
    return (
        _("the group '{name}'").format(name=name)
        if name
        else _("group {group_id}").format(group_id=preview.linked.group_id)
    )
