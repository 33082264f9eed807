"""From what a person chose or pasted to the group that is meant, asked of GroupMe where that is possible."""

from msgspec import Struct

from bball_tui.errors import BballError
from bball_tui.groupme.api.account import open_client, token_from
from bball_tui.groupme.api.client import GroupMeClient
from bball_tui.groupme.api.errors import GroupMeError, NotFound
from bball_tui.groupme.links.linking import SeenGroup
from bball_tui.groupme.links.share_links import Pasted
from bball_tui.language import _
from bball_tui.settings import Settings

BLIND = _("Its name, whether its link works and whether this account is in it are not known.")


class Chosen(Struct, frozen=True):
    """The group, and what is worth knowing about it, as sentences. ``seen`` off: GroupMe did not show it."""

    group: SeenGroup
    seen: bool
    notes: tuple[str, ...] = ()


async def resolve_group(settings: Settings, pasted: Pasted) -> Chosen:
    """The group behind ``pasted``, asked with the account of the token if there is one.

    Raises:
        BballError: as :func:`look_up` says, or what there is is no token.
    """
    if token_from(settings) is None:
        return await look_up(None, pasted)
    async with open_client(settings) as client:
        return await look_up(client, pasted)


async def look_up(client: GroupMeClient | None, pasted: Pasted) -> Chosen:
    """The group behind ``pasted``. Without a client (no token), or when GroupMe shows nothing, a share link will do.

    Raises:
        BballError: an id alone leads to no group that this account is in, or cannot be looked up at all.
    """
    if client is None and pasted.share_url is None:
        raise BballError(
            _(
                "A number alone can only be looked up with an access token, and this league has none "
                "here. Nothing was linked. Paste the group's share link instead."
            )
        )
    if client is None:
        return _blind(pasted, _("There is no access token, so GroupMe was not asked."))
    try:
        group = await client.group(pasted.group_id)
    except NotFound:
        if pasted.share_url is None:
            raise BballError(
                _(
                    "GroupMe shows no group {group_id} to this account. Nothing was linked. Paste the "
                    "group's share link instead, or join the group in the GroupMe app first."
                ).format(group_id=pasted.group_id)
            ) from None
        return _blind(pasted, _("This account is not in the group, or the link is dead: open it once to make sure."))
    except GroupMeError as error:
        if pasted.share_url is None:
            raise
        return _blind(pasted, str(error))
    notes = []
    found = SeenGroup.of(group)
    if pasted.share_url is not None and found.share_url != pasted.share_url:
        if found.share_known:
            notes.append(
                _("The pasted link is not the group's present one, so the present one was taken.")
                if found.share_url is not None
                else _("The pasted link is dead: sharing is switched off in GroupMe. The plan offers to switch it on.")
            )
        else:
            found = SeenGroup(group.id, group.name or None, pasted.share_url, share_known=True)
    return Chosen(found, seen=True, notes=tuple(notes))


def _blind(pasted: Pasted, why: str) -> Chosen:
    known = pasted.share_url is not None
    return Chosen(SeenGroup(pasted.group_id, None, pasted.share_url, known), seen=False, notes=(f"{why} {BLIND}",))
