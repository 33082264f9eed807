"""The fake's routes about groups themselves: account, lists, create, update, join, owners."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from bball_tui.groupme.fake import views
from bball_tui.groupme.fake.http import Call, Refused, Reply, Route, route
from bball_tui.groupme.fake.state import Group, MembershipState

KINDS = ("private", "closed", "announcement")
IMAGE_HOSTS = ("image.groupme.com", "i.groupme.com")


def me(call: Call) -> Reply:
    return Reply(200, views.me(call, call.user))


def index(call: Call) -> Reply:
    per_page = max(1, min(call.number("per_page", 10), call.behavior.per_page_cap))
    page = max(1, call.number("page", 1))
    now = call.world.now()
    mine = [
        group
        for group in call.world.groups.values()
        if not group.deleted and group.visible_at <= now and group.active(call.user.id) is not None
    ]
    mine.sort(key=lambda group: group.updated_at, reverse=True)
    members = "memberships" not in call.query.get("omit", "").split(",")
    shown = mine[(page - 1) * per_page : page * per_page]
    return Reply(200, [views.group(call, group, members=members) for group in shown])


def former(call: Call) -> Reply:
    left = [group for group in call.world.groups.values() if not group.deleted and _state(call, group) == "exited"]
    return Reply(200, [views.group(call, group, members=False) for group in left])


def states(call: Call) -> Reply:
    if not call.behavior.membership_states:
        raise Refused(404, "The requested path does not exist")
    found = ((group.id, _state(call, group)) for group in call.world.groups.values() if not group.deleted)
    return Reply(200, [{"group_id": group_id, "state": state} for group_id, state in found if state is not None])


def show(call: Call) -> Reply:
    return Reply(200, views.group(call, call.group(), members=True))


def create(call: Call) -> Reply:
    call.require_open("create")
    name = _name(call)
    _check_limits(call)
    now = call.world.now()
    group = call.world.add_group(
        call.user, name, description=call.text("description"), share=call.body.get("share") is True
    )
    group.max_members = call.behavior.largest_group
    group.image_url = call.text("image_url")
    group.visible_at = now + call.behavior.list_delay
    kind = call.text("type")
    if kind in KINDS:
        group.kind = kind
    if isinstance(call.body.get("requires_approval"), bool):
        group.requires_approval = call.body["requires_approval"] is True
    return Reply(201, views.group(call, group, members=True))


def update(call: Call) -> Reply:
    call.require_open("update")
    group = call.group()
    if group.kind != "private":
        call.require_admin(group)
    if "name" not in call.body:
        raise Refused(400, "Topic can't be blank")
    name = _name(call)
    _check_limits(call)
    group.name = name
    for field in ("description", "image_url", "theme_name", "join_question", "like_icon"):
        if field in call.body and (call.body[field] is not None or call.behavior.null_clears):
            setattr(group, field, call.body[field])
    for field in ("requires_approval", "show_join_question", "office_mode"):
        if isinstance(call.body.get(field), bool):
            setattr(group, field, call.body[field])
    if call.text("visibility") in ("searchable", "hidden"):
        group.visibility = str(call.text("visibility"))
    if call.text("group_type") in KINDS:
        call.require_admin(group)
        group.kind = str(call.text("group_type"))
    if call.body.get("share") is True:
        call.world.share(group)
    elif call.body.get("share") is False:
        group.share_token = None
    call.world.touch(group)
    return Reply(200, views.group(call, group, members=True))


def destroy(call: Call) -> Reply:
    group = call.group()
    if group.creator_user_id != call.user.id:
        raise Refused(403, "only the owner may end a group")
    group.deleted = True
    return Reply(200, empty=True)


def preview(call: Call) -> Reply:
    group = _by_token(call, call.parts["token"])
    return Reply(
        200,
        {
            "name": group.name,
            "description": group.description,
            "members_count": len(group.memberships),
            "requires_approval": group.requires_approval,
            "join_question": group.join_question,
        },
    )


def join_by_path(call: Call) -> Reply:
    call.require_open("join")
    return _join(call, _by_token(call, call.parts["token"]))


def join_by_body(call: Call) -> Reply:
    return _join(call, _by_token(call, call.text("share_token") or ""))


def rejoin(call: Call) -> Reply:
    group = call.world.groups.get(call.text("group_id") or "")
    if group is None or group.deleted or _state(call, group) not in ("exited", "active"):
        raise Refused(404, "group not found")
    call.world.join(group, call.user, call.user.name)
    call.world.touch(group)
    return Reply(200, {"group": views.group(call, group, members=True)})


def change_owners(call: Call) -> Reply:
    results = [_change_owner(call, wish) for wish in call.objects("requests")]
    return Reply(200, {"results": results})


def _change_owner(call: Call, wish: Mapping[str, object]) -> dict[str, object]:
    group = call.world.groups.get(str(wish.get("group_id")))
    owner_id = str(wish.get("owner_id"))
    if group is None or group.deleted:
        status = "404"
    elif group.creator_user_id != call.user.id:
        status = "403"
    elif owner_id == call.user.id:
        status = "400"
    elif (new := group.active(owner_id)) is None:
        status = "405"
    else:
        group.memberships[call.user.id].roles = ["user"]
        new.roles = ["admin", "owner"]
        group.creator_user_id = owner_id
        status = "200"
    return {"group_id": wish.get("group_id"), "owner_id": wish.get("owner_id"), "status": status}


def _join(call: Call, group: Group) -> Reply:
    if group.active(call.user.id) is not None:
        return Reply(200, {"group": views.group(call, group, members=True)}, code=20000)
    membership = call.world.join(group, call.user, call.user.name)
    if group.requires_approval:
        membership.state = MembershipState.PENDING
        return Reply(201, {"group": {"id": group.id, "name": group.name}}, code=20101)
    call.world.touch(group)
    return Reply(201, {"group": views.group(call, group, members=True)}, code=20100)


def _by_token(call: Call, token: str) -> Group:
    group = call.world.groups.get(call.parts["group"])
    if group is None or group.deleted or not token or group.share_token != token:
        raise Refused(404, "group not found")
    return group


def _state(call: Call, group: Group) -> str | None:
    membership = group.memberships.get(call.user.id)
    return None if membership is None else str(membership.state)


def _name(call: Call) -> str:
    name = (call.text("name") or "").strip()
    if not name:
        raise Refused(400, "Name is required")
    if len(name) > 140:
        raise Refused(400, "Name is too long (maximum is 140 characters)")
    return name


def _check_limits(call: Call) -> None:
    if len(call.text("description") or "") > 255:
        raise Refused(400, "Description is too long (maximum is 255 characters)")
    image = call.text("image_url")
    if image and urlsplit(image).hostname not in IMAGE_HOSTS:
        raise Refused(400, "Image url must be from the image service")


ROUTES: tuple[Route, ...] = (
    route("GET", "/users/me", me),
    route("GET", "/groups", index),
    route("POST", "/groups", create),
    route("GET", "/groups/former", former),
    route("POST", "/groups/join", rejoin),
    route("POST", "/groups/change_owners", change_owners),
    route("GET", "/memberships/states", states),
    route("GET", "/groups/{group}", show),
    route("POST", "/groups/{group}/update", update),
    route("POST", "/groups/{group}/destroy", destroy),
    route("POST", "/groups/{group}/join", join_by_body),
    route("POST", "/groups/{group}/join/{token}", join_by_path, "v3", "v4"),
    route("GET", "/groups/{group}/preview/{token}", preview),
)
