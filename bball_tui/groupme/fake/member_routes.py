"""The fake's routes about members: the additions with their late results, roles, requests to join, messages."""

from collections.abc import Mapping

from bball_tui.groupme.fake import views
from bball_tui.groupme.fake.http import Call, Refused, Reply, Route, route
from bball_tui.groupme.fake.state import Entry, Group, MembershipState, Results, User

RESULTS_KEPT = 3600.0
LATE = 30.0
INVITED = 202
LONGEST_MESSAGE = 1000


def add(call: Call) -> Reply:
    call.require_open("add")
    group = call.group()
    if group.kind != "private":
        call.require_admin(group)
    wishes = call.objects("members")
    if not wishes:
        raise Refused(400, "members is required")
    for wish in wishes:
        nickname = wish.get("nickname")
        if not isinstance(nickname, str) or not 1 <= len(nickname) <= 50:
            raise Refused(400, "nickname is invalid")
        if not any(wish.get(name) for name in ("user_id", "phone_number", "email")):
            raise Refused(400, "user_id, phone_number or email is required")
    entries = [_outcome(call, group, wish, number) for number, wish in enumerate(wishes)]
    results = call.world.new_results(group, entries, call.behavior.polls_until_results)
    if call.behavior.members_visible == "at_once":
        _apply(call, group, results, visible_at=0.0)
    return Reply(202, {"results_id": results.id})


def results(call: Call) -> Reply:
    if call.version == "v4" and not call.behavior.v4:
        raise Refused(404, "The requested path does not exist")
    group = call.group()
    found = call.world.results.get(call.parts["results"])
    if found is None or found.group_id != group.id or call.world.now() > found.created_at + RESULTS_KEPT:
        raise Refused(404, "results not found")
    if found.polls_left > 0:
        found.polls_left -= 1
        raise Refused(503, "not ready")
    late = LATE if call.behavior.members_visible == "late" else 0.0
    _apply(call, group, found, visible_at=call.world.now() + late if late else 0.0)
    shown: dict[str, object] = {
        "members": [_shown(call, group, entry) for entry in found.entries if entry.code is None],
    }
    if call.version == "v4":
        failed = [entry for entry in found.entries if entry.code not in (None, INVITED)]
        shown["failed"] = [{"guid": e.guid, "user_id": e.user_id, "code": e.code} for e in failed]
    return Reply(200, shown)


def remove(call: Call) -> Reply:
    group = call.group()
    membership = call.membership(group)
    if membership.user_id == group.creator_user_id:
        raise Refused(403, "the owner cannot be removed")
    if membership.user_id != call.user.id and group.kind != "private":
        call.require_admin(group)
    mine = membership.user_id == call.user.id
    membership.state = MembershipState.EXITED if mine else MembershipState.REMOVED
    call.world.touch(group)
    return Reply(200, empty=True)


def own_nickname(call: Call) -> Reply:
    group = call.group()
    wish = call.body.get("membership")
    nickname = wish.get("nickname") if isinstance(wish, dict) else None
    if not isinstance(nickname, str) or not 1 <= len(nickname) <= 50:
        raise Refused(400, "nickname is invalid")
    membership = group.memberships[call.user.id]
    membership.nickname = nickname
    return Reply(200, views.member(call, membership))


def set_role(call: Call) -> Reply:
    group = call.group()
    call.require_admin(group)
    membership = call.membership(group)
    role = call.text("role")
    if role not in ("admin", "user"):
        raise Refused(400, "role is invalid")
    if "owner" not in membership.roles:
        membership.roles = [role]
    return Reply(200, views.member(call, membership))


def members(call: Call) -> Reply:
    group = call.group()
    mine = group.memberships[call.user.id]
    if not {"admin", "owner"} & set(mine.roles):
        raise Refused(401, "unauthorized")
    if call.query.get("filter") != "active":
        raise Refused(400, shape={"filter": "cannot be blank"})
    return Reply(200, {"memberships": [views.member(call, m) for m in group.memberships.values()]})


def pending(call: Call) -> Reply:
    group = call.group()
    call.require_admin(group)
    waiting = [m for m in group.memberships.values() if m.state is MembershipState.PENDING]
    return Reply(200, [views.member(call, membership) for membership in waiting])


def approve(call: Call) -> Reply:
    group = call.group()
    call.require_admin(group)
    membership = call.membership(group)
    if membership.state is not MembershipState.PENDING:
        raise Refused(404, "member not found")
    approved = call.body.get("approval") is True
    membership.state = MembershipState.ACTIVE if approved else MembershipState.REMOVED
    return Reply(200, views.member(call, membership))


def post_message(call: Call) -> Reply:
    group = call.group()
    wish = call.body.get("message")
    message: Mapping[str, object] = wish if isinstance(wish, dict) else {}
    text, guid = message.get("text"), message.get("source_guid")
    if not isinstance(guid, str) or not isinstance(text, str) or not 1 <= len(text) <= LONGEST_MESSAGE:
        raise Refused(400, "message is invalid")
    now = call.world.now()
    for sent in group.messages:
        if sent["source_guid"] == guid and now - float(str(sent["created_at"])) <= 60:
            raise Refused(409, "message was sent already")
    kept: dict[str, object] = {
        "id": call.world.next_message_id(),
        "source_guid": guid,
        "created_at": int(now),
        "user_id": call.user.id,
        "group_id": group.id,
        "name": group.memberships[call.user.id].nickname,
        "avatar_url": None,
        "text": text,
        "system": False,
        "favorited_by": [],
        "attachments": message.get("attachments") or [],
    }
    group.messages.append(kept)
    call.world.touch(group)
    return Reply(201, {"message": kept})


def list_messages(call: Call) -> Reply:
    group = call.group()
    limit = call.number("limit", 20)
    if not 1 <= limit <= 200:
        raise Refused(400, "limit must be between 1 and 200")
    if not group.messages or {"before_id", "since_id", "after_id"} & call.query.keys():
        # There is never anything before, or since, what a test can know.
        return Reply(304, empty=True)
    return Reply(200, {"count": len(group.messages), "messages": group.messages[::-1][:limit]})


def _outcome(call: Call, group: Group, wish: Mapping[str, object], number: int) -> Entry:
    guid = wish.get("guid")
    nickname = str(wish["nickname"])
    entry = Entry(guid if isinstance(guid, str) and guid else f"fake-{number}", nickname, None, None)
    user = _wanted(call, wish)
    by_id = bool(wish.get("user_id"))
    if user is None:
        entry.code = 404 if by_id else INVITED
        return entry
    entry.user_id = user.id
    active = sum(m.state is MembershipState.ACTIVE for m in group.memberships.values())
    if group.active(user.id) is not None:
        entry.code = 409
    elif user.blocked or (by_id and not user.allow_add_by_id):
        entry.code = 401
    elif active >= group.max_members:
        entry.code = 400
    return entry


def _wanted(call: Call, wish: Mapping[str, object]) -> User | None:
    if wish.get("user_id"):
        return call.world.users.get(str(wish["user_id"]))
    email, phone = wish.get("email"), wish.get("phone_number")
    return call.world.user_by_contact(email=str(email) if email else None, phone=str(phone) if phone else None)


def _apply(call: Call, group: Group, found: Results, *, visible_at: float) -> None:
    if found.applied:
        return
    found.applied = True
    for entry in found.entries:
        if entry.code is None and entry.user_id is not None:
            membership = call.world.join(group, call.world.users[entry.user_id], entry.nickname)
            membership.visible_at = visible_at
    call.world.touch(group)


def _shown(call: Call, group: Group, entry: Entry) -> dict[str, object]:
    member = views.member(call, group.memberships[str(entry.user_id)])
    if call.behavior.nested_member:
        return {"guid": entry.guid, "member": member}
    return member | {"guid": entry.guid}


ROUTES: tuple[Route, ...] = (
    route("POST", "/groups/{group}/members/add", add),
    route("GET", "/groups/{group}/members/results/{results}", results, "v3", "v4"),
    route("GET", "/groups/{group}/members", members),
    route("POST", "/groups/{group}/members/{membership}/remove", remove),
    route("POST", "/groups/{group}/members/{membership}/update", set_role),
    route("POST", "/groups/{group}/members/{membership}/approval", approve),
    route("GET", "/groups/{group}/pending_memberships", pending),
    route("POST", "/groups/{group}/memberships/update", own_nickname),
    route("POST", "/groups/{group}/messages", post_message),
    route("GET", "/groups/{group}/messages", list_messages),
)
