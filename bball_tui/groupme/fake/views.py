"""How the fake's world looks in its answers. Contact data of others is never in them."""

from bball_tui.groupme.fake.http import Call
from bball_tui.groupme.fake.state import Group, Membership, MembershipState, User

SHARE_ROOT = "https://groupme.com/join_group"


def me(call: Call, user: User) -> dict[str, object]:
    """The account that asks, to itself."""
    return _finish(
        call,
        {
            "id": user.id,
            "user_id": user.id,
            "name": user.name,
            "email": user.email,
            "phone_number": user.phone,
            "image_url": None,
            "sms": False,
            "created_at": 1_500_000_000,
            "updated_at": 1_500_000_000,
            "locale": "en",
            "share_url": f"https://groupme.com/contact/{user.id}/fakeCode",
            "mfa": {"enabled": False},
        },
    )


def group(call: Call, group: Group, *, members: bool) -> dict[str, object]:
    """A group; without ``members`` the roster is null, as with omit=memberships."""
    roster = [m for m in group.memberships.values() if _visible(call, m)]
    share = group.share_token and f"{SHARE_ROOT}/{group.id}/{group.share_token}"
    qr = group.share_token and f"https://image.groupme.com/qr/join_group/{group.id}/{group.share_token}/preview"
    last = group.messages[-1] if group.messages else None
    shown: dict[str, object] = {
        "id": group.id,
        "group_id": group.id,
        "name": group.name,
        "phone_number": None,
        "type": group.kind,
        "description": group.description,
        "image_url": group.image_url,
        "creator_user_id": group.creator_user_id,
        "created_at": int(group.created_at),
        "updated_at": int(group.updated_at),
        "muted_until": None,
        "messages": {"count": len(group.messages), "last_message_id": last and last["id"]},
        "max_members": group.max_members,
        "theme_name": group.theme_name,
        "like_icon": group.like_icon,
        "requires_approval": group.requires_approval,
        "show_join_question": group.show_join_question,
        "join_question": group.join_question,
        "children_count": 0,
        "share_url": share,
        "share_qr_code_url": qr,
        "office_mode": group.office_mode,
        "visibility": group.visibility,
        "members": [member(call, m) for m in roster] if members else None,
        "members_count": len(roster),
    }
    for name in call.behavior.absent_fields:
        shown.pop(name, None)
    return _finish(call, shown)


def member(call: Call, membership: Membership) -> dict[str, object]:
    """One line of a roster."""
    return _finish(
        call,
        {
            "id": membership.id,
            "user_id": membership.user_id,
            "nickname": membership.nickname,
            "name": call.world.users[membership.user_id].name,
            "image_url": None,
            "muted": False,
            "autokicked": False,
            "app_installed": True,
            "roles": list(membership.roles),
        },
    )


def _visible(call: Call, membership: Membership) -> bool:
    return membership.state is MembershipState.ACTIVE and membership.visible_at <= call.world.now()


def _finish(call: Call, shown: dict[str, object]) -> dict[str, object]:
    if call.behavior.numeric_ids:
        for name in ("id", "group_id", "user_id", "creator_user_id"):
            if isinstance(shown.get(name), str):
                shown[name] = int(str(shown[name]))
    if call.behavior.unknown_fields:
        shown["directories"] = [{"a": 1}]
        shown["invented_by_us"] = {"deep": [None, True]}
    return shown
