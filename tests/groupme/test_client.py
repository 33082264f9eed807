"""The client against the fake server, over real connections."""

import asyncio
import json
import logging
import socket
import traceback
from contextlib import suppress
from datetime import timedelta

import httpx
import pytest

from bball_tui.errors import BballError
from bball_tui.groupme.api import errors
from bball_tui.groupme.api.client import GroupMeClient
from bball_tui.groupme.api.models import GroupChange, NewGroup, NewMember
from bball_tui.groupme.api.retry import Polling
from bball_tui.groupme.api.token import Token
from bball_tui.groupme.api.wire import checked_base_url
from bball_tui.groupme.fake import faults
from bball_tui.groupme.fake.server import FakeGroupMe, running
from bball_tui.groupme.fake.state import World
from tests.groupme.conftest import START, Desk, hung

HAWKS = NewGroup("Hawks U12", "Westside Basketball [bt:abc123]")


async def test_account_create_update_and_roster(desk: Desk, client: GroupMeClient) -> None:
    me = await client.me()
    assert (me.id, me.name) == (desk.owner.id, "Maria Coordinator")
    made = await client.create(HAWKS)
    assert made.share_url is not None
    assert made.share_url.startswith(f"https://groupme.com/join_group/{made.id}/")
    changed = await client.update(
        made.id, GroupChange("Hawks U12", kind="closed", requires_approval=True, visibility="hidden")
    )
    assert (changed.kind, changed.requires_approval, changed.share_url) == ("closed", True, made.share_url)
    roster = (await client.group(made.id)).members
    assert roster is not None
    assert [(member.user_id, member.is_admin) for member in roster] == [(me.id, True)]
    assert await client.membership_states() == {made.id: "active"}


async def test_every_page_is_read_though_the_server_caps_their_length(desk: Desk, client: GroupMeClient) -> None:
    for number in range(230):
        desk.fake.world.add_group(desk.owner, f"Group {number}")
    desk.fake.behavior.per_page_cap = 40
    listing = await client.groups()
    assert listing.complete
    assert len(listing.groups) == 230
    assert all(group.members is None for group in listing)


async def test_a_group_that_jumps_to_the_front_while_pages_are_read_is_not_lost(
    desk: Desk, client: GroupMeClient
) -> None:
    groups = [desk.fake.world.add_group(desk.owner, f"Group {number}") for number in range(250)]
    answer = desk.fake.respond

    def jump(request: object) -> object:
        result = answer(request)  # type: ignore[arg-type]
        if len(desk.fake.journal.lines) == 1:
            desk.fake.world.touch(groups[0])  # the oldest, so it stood on page 3
        return result

    desk.fake.respond = jump  # type: ignore[method-assign, assignment]
    listing = await client.groups()
    assert {group.id for group in listing} == {group.id for group in groups}


@pytest.mark.parametrize("effect", [faults.EMPTY_200, faults.HTML_200, faults.Truncated(), faults.html(502)])
async def test_a_page_without_an_answer_is_no_empty_page(
    desk: Desk, client: GroupMeClient, effect: faults.Effect
) -> None:
    for number in range(30):
        desk.fake.world.add_group(desk.owner, f"Group {number}")
    desk.fake.fault(effect, path="groups$", nth=2, times=None)
    with pytest.raises(errors.Unavailable):
        await client.groups(per_page=10)


async def test_a_listing_without_an_end_is_not_complete(desk: Desk, client: GroupMeClient) -> None:
    for number in range(25):
        desk.fake.world.add_group(desk.owner, f"Group {number}")
    assert not (await client.groups(per_page=10, max_pages=2)).complete
    assert (await client.groups(per_page=10, max_pages=4)).complete


async def test_a_group_that_the_list_hides_is_found_through_the_memberships(desk: Desk, client: GroupMeClient) -> None:
    desk.fake.behavior.list_delay = 60
    made = await client.create(HAWKS)
    assert (await client.groups()).groups == ()
    assert [group.id for group in (await client.all_groups()).groups] == [made.id]
    desk.fake.behavior.membership_states = False
    assert (await client.all_groups()).groups == ()


@pytest.mark.parametrize(
    "effect",
    [
        faults.html(500),
        faults.html(502),
        faults.html(503),
        faults.refusal(408, None),
        faults.CALM,
        faults.too_many(),
        faults.too_many(7),
        faults.too_many(START + timedelta(seconds=9)),
        faults.HTML_200,
        faults.EMPTY_200,
        faults.Truncated(),
        faults.Reset(),
    ],
    ids=lambda effect: f"{type(effect).__name__}-{getattr(effect, 'status', '')}",
)
async def test_reading_is_repeated_after_a_passing_fault(
    desk: Desk, client: GroupMeClient, effect: faults.Effect
) -> None:
    group = desk.fake.world.add_group(desk.owner, "Hawks U12")
    desk.fake.fault(effect, method="GET", times=2)
    assert (await client.group(group.id)).name == "Hawks U12"
    assert len(desk.time.waits) == 2


async def test_retry_after_is_waited_for_exactly(desk: Desk, client: GroupMeClient) -> None:
    desk.fake.fault(faults.too_many(7))
    desk.fake.fault(faults.too_many(START + timedelta(seconds=16)), nth=2)
    await client.me()
    assert desk.time.waits == [7, 9]


async def test_a_long_retry_after_is_handed_up_at_once(desk: Desk, client: GroupMeClient) -> None:
    desk.fake.fault(faults.too_many(3600), times=None)
    with pytest.raises(errors.RateLimited) as caught:
        await client.create(HAWKS)
    assert caught.value.until == START + timedelta(hours=1)
    assert desk.time.waits == []
    assert "a pause of 60 minutes" in str(caught.value)


@pytest.mark.parametrize(
    "effect",
    [
        faults.html(500),
        faults.html(502),
        faults.html(503),
        faults.HTML_200,
        faults.EMPTY_200,
        faults.Truncated(),
        faults.Reset(),
    ],
)
@pytest.mark.parametrize("after_commit", [False, True])
async def test_creating_is_never_repeated_when_the_answer_is_lost(
    desk: Desk, client: GroupMeClient, effect: faults.Effect, after_commit: bool
) -> None:
    desk.fake.fault(effect, method="POST", after_commit=after_commit)
    with pytest.raises(errors.OutcomeUnknown, match="looked up before"):
        await client.create(HAWKS)
    assert len(desk.fake.journal.writes()) == 1


async def test_a_hanging_server_is_given_up_and_the_outcome_is_unknown(desk: Desk) -> None:
    desk.fake.fault(faults.Hang(), method="POST", after_commit=True)
    async with desk.client() as client, hung(desk):
        with pytest.raises(errors.OutcomeUnknown, match="no answer in time"):
            await client.create(HAWKS)
    assert len(desk.fake.world.groups) == 1


async def test_the_end_of_the_fake_ends_a_connection_that_has_just_come_in() -> None:
    for turns in range(8):
        async with running(FakeGroupMe(World(lambda: 0.0))) as (_, url):
            client = socket.create_connection(("127.0.0.1", httpx.URL(url).port))
            for _ in range(turns):
                await asyncio.sleep(0)
        with client, suppress(ConnectionResetError):
            client.setblocking(False)
            async with asyncio.timeout(30):
                assert await asyncio.get_running_loop().sock_recv(client, 1) == b""


async def test_slow_answers_are_waited_for(desk: Desk, client: GroupMeClient) -> None:
    desk.fake.fault(faults.Slow(headers=0.05, body=0.05), times=2)
    assert (await client.create(HAWKS)).name == "Hawks U12"
    await client.groups()
    assert len(desk.fake.world.groups) == 1


async def test_creating_is_repeated_when_it_was_refused_for_haste(desk: Desk, client: GroupMeClient) -> None:
    desk.fake.fault(faults.CALM, method="POST", times=2)
    await client.create(HAWKS)
    assert len(desk.fake.world.groups) == 1


async def test_nobody_at_the_address_means_surely_not_sent() -> None:
    async def no_wait(seconds: float) -> None: ...

    async with GroupMeClient(Token("x" * 40), base_url="http://127.0.0.1:9", sleep=no_wait) as client:
        with pytest.raises(errors.Unavailable, match="Nothing was changed"):
            await client.create(HAWKS)


async def test_setting_a_state_is_repeated(desk: Desk, client: GroupMeClient) -> None:
    group = desk.fake.world.add_group(desk.owner, "Hawks")
    desk.fake.fault(faults.Reset(), method="POST", path="update", after_commit=True)
    changed = await client.update(group.id, GroupChange("Hawks U12", share=True))
    assert (changed.name, changed.share_url is not None) == ("Hawks U12", True)


async def test_bad_token_verification_and_missing_rights_are_told_apart(desk: Desk, client: GroupMeClient) -> None:
    async with desk.client("y" * 40) as stranger:
        with pytest.raises(errors.BadToken, match=r"dev\.groupme\.com"):
            await stranger.create(HAWKS)
    desk.fake.behavior.closed_to_third_parties.add("create")
    with pytest.raises(errors.VerificationRefused, match="paste its share link"):
        await client.create(HAWKS)
    assert await client.me()
    # Some routes answer 401 to anyone who is no admin; the token is good all the same.
    desk.fake.behavior.closed_to_third_parties.clear()
    desk.fake.fault(faults.UNAUTHORIZED, method="POST")
    with pytest.raises(errors.NotAdmin):
        await client.create(HAWKS)


async def test_rights_and_membership(desk: Desk, client: GroupMeClient) -> None:
    world = desk.fake.world
    other = world.add_user("Someone Else")
    theirs = world.add_group(other, "Not ours")
    with pytest.raises(errors.NotFound, match="not in the group"):
        await client.group(theirs.id)
    world.join(theirs, desk.owner, "Maria")
    theirs.kind = "closed"
    with pytest.raises(errors.NotAdmin):
        await client.update(theirs.id, GroupChange("Ours", share=True))


@pytest.mark.parametrize(
    ("effect", "words"),
    [
        (faults.ERRORS_NULL, "HTTP 400"),
        (faults.ERRORS_OBJECT, "filter: cannot be blank"),
        (faults.ERRORS_TEXT, "something is wrong"),
        (faults.TOPIC_BLANK, "Topic can't be blank"),
    ],
)
async def test_a_refusal_repeats_the_servers_words_whatever_their_shape(
    desk: Desk, client: GroupMeClient, effect: faults.Effect, words: str
) -> None:
    desk.fake.fault(effect)
    with pytest.raises(errors.Rejected, match=words):
        await client.create(HAWKS)


async def test_answers_with_absent_unknown_and_odd_fields_are_read(desk: Desk, client: GroupMeClient) -> None:
    behavior = desk.fake.behavior
    behavior.absent_fields = {
        "group_id", "office_mode", "share_url", "members", "members_count", "description", "type", "created_at",
        "requires_approval", "visibility", "creator_user_id", "max_members",
    }  # fmt: skip
    behavior.unknown_fields = behavior.numeric_ids = behavior.five_digit_codes = True
    behavior.errors_on_success = "null"
    made = await client.create(HAWKS)
    assert made.id.isdigit()
    assert not made.share_known
    assert [group.id for group in await client.groups()] == [made.id]
    behavior.errors_on_success = "empty"
    assert (await client.me()).id == desk.owner.id


async def test_adding_members_and_their_late_results(desk: Desk, client: GroupMeClient) -> None:
    world = desk.fake.world
    coach = world.add_user("Dan Coach", phone="+1 2125550111")
    shy = world.add_user("Shy Person", allow_add_by_id=False)
    group = world.add_group(desk.owner, "Hawks U12")
    results_id = await client.add_members(
        group.id,
        [
            NewMember("Dan", "g-1", phone="+1 2125550111"),
            NewMember("Shy", "g-2", user_id=shy.id),
            NewMember("New", "g-3", email="new@families.test"),
            NewMember("Maria", "g-4", user_id=desk.owner.id),
        ],
    )
    assert await client.add_results(group.id, results_id) is None
    assert (await client.group(group.id)).member(coach.id) is None
    results = await client.wait_for_results(group.id, results_id)
    assert results is not None
    assert [(added.guid, added.user_id) for added in results.added] == [("g-1", coach.id)]
    assert {(failed.guid, failed.code) for failed in results.failed} == {("g-2", 401), ("g-4", 409)}
    member = (await client.group(group.id)).member(coach.id)
    assert member is not None
    assert member.id is not None
    await client.set_role(group.id, member.id, "admin")
    promoted = (await client.group(group.id)).member(coach.id)
    assert promoted is not None
    assert promoted.is_admin


async def test_results_come_from_the_older_route_where_the_newer_is_missing(desk: Desk, client: GroupMeClient) -> None:
    coach = desk.fake.world.add_user("Dan Coach")
    group = desk.fake.world.add_group(desk.owner, "Hawks U12")
    desk.fake.behavior.v4 = False
    desk.fake.behavior.nested_member = True
    results_id = await client.add_members(group.id, [NewMember("Dan", "g-1", user_id=coach.id)])
    results = await client.wait_for_results(group.id, results_id)
    assert results is not None
    assert [added.guid for added in results.added] == ["g-1"]
    desk.time.moment += timedelta(hours=2)
    with pytest.raises(errors.NotFound):
        await client.add_results(group.id, results_id)


async def test_results_that_never_come_are_given_up(desk: Desk, client: GroupMeClient) -> None:
    desk.fake.behavior.polls_until_results = 10_000
    coach = desk.fake.world.add_user("Dan Coach")
    group = desk.fake.world.add_group(desk.owner, "Hawks U12")
    results_id = await client.add_members(group.id, [NewMember("Dan", "g-1", user_id=coach.id)])
    assert await client.wait_for_results(group.id, results_id) is None
    assert sum(desk.time.waits) <= Polling().total


async def test_adding_is_never_repeated_when_the_answer_is_lost(desk: Desk, client: GroupMeClient) -> None:
    group = desk.fake.world.add_group(desk.owner, "Hawks U12")
    desk.fake.fault(faults.Reset(), method="POST", path="add", after_commit=True)
    with pytest.raises(errors.OutcomeUnknown):
        await client.add_members(group.id, [NewMember("Dan", "g-1", email="dan@families.test")])
    assert len(desk.fake.journal.writes()) == 1


def everything_in(root: object) -> str:
    """The ``repr`` of an object and of all that hangs on it."""
    seen: dict[int, object] = {}
    open_ends = [root]
    while open_ends:
        thing = open_ends.pop()
        if id(thing) not in seen:
            seen[id(thing)] = thing
            open_ends += vars(thing).values() if hasattr(thing, "__dict__") and not isinstance(thing, type) else ()
    return "\n".join(map(repr, seen.values()))


async def test_the_token_shows_nowhere(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    secret = desk.owner.token
    caplog.set_level(logging.DEBUG)
    shown = []
    async with desk.client() as client:
        shown.append(everything_in(client))
        for effect in (faults.Reset(), faults.refusal(400, [f"bad token {secret}"]), faults.html(500), faults.CALM):
            desk.fake.fault(effect, times=None)
            for call in (client.me(), client.create(HAWKS)):
                with pytest.raises(errors.GroupMeError) as caught:
                    await call
                shown += [str(caught.value), "".join(traceback.format_exception(caught.value))]
                chain: BaseException | None = caught.value
                while chain is not None:
                    assert not isinstance(chain, httpx.HTTPError)
                    chain = chain.__context__
            desk.fake.faults.clear()
    shown += [caplog.text, desk.fake.journal.export(), repr(Token(secret)), f"{Token(secret)}"]
    assert [text for text in shown if secret in text] == []
    assert {line.auth for line in desk.fake.journal.lines} == {"header"}


async def test_contact_data_shows_in_no_journal(desk: Desk, client: GroupMeClient) -> None:
    group = desk.fake.world.add_group(desk.owner, "Hawks U12")
    await client.add_members(group.id, [NewMember("Dan", "g-1", email="dan@families.test")])
    await client.add_members(group.id, [NewMember("Ann", "g-2", phone="+1 2125550123")])
    exported = desk.fake.journal.export()
    assert "dan@families.test" not in exported
    assert "2125550123" not in exported
    assert json.loads(exported.splitlines()[0])["body"]["members"][0]["email"] == "***"


async def test_a_redirect_is_not_followed(desk: Desk, client: GroupMeClient) -> None:
    desk.fake.fault(faults.Answer(302, b"", {"location": "http://127.0.0.1:1/steal"}), times=None)
    with pytest.raises(errors.Unavailable, match="HTTP 302"):
        await client.me()


@pytest.mark.parametrize("pasted", ["  {} ", "\n{}\n", '"{}"', "{}\u00a0"])
def test_a_token_pasted_with_spaces_is_taken(pasted: str) -> None:
    assert Token(pasted.format("a1" * 20)).reveal() == "a1" * 20


@pytest.mark.parametrize("pasted", ["", "   ", "short", "mit ümläut " * 5, "x\x00" * 30, "a" * 600])
def test_nonsense_is_no_token_and_is_not_repeated(pasted: str) -> None:
    with pytest.raises(BballError, match=r"dev\.groupme\.com") as caught:
        Token(pasted)
    assert not pasted.strip() or pasted not in str(caught.value)


@pytest.mark.parametrize(
    "value",
    ["http://api.groupme.com", "api.groupme.com", "ftp://x", "https://u:p@x", "https://x?token=1", "", "https://["],
)
def test_an_address_that_would_leak_the_token_is_refused(value: str) -> None:
    with pytest.raises(BballError):
        checked_base_url(value)


def test_an_address_may_carry_its_version() -> None:
    assert checked_base_url("https://api.groupme.com/v3/") == "https://api.groupme.com"
    assert checked_base_url("http://127.0.0.1:8080") == "http://127.0.0.1:8080"
