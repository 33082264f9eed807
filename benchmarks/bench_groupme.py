"""What the plan of a big league costs on top of the network: reading GroupMe's answers, and making the plan."""

import json
import time
from datetime import UTC, date, datetime, timedelta

from bball_tui.groupme.api.models import Account, Group, each
from bball_tui.groupme.plan.make_plan import make_plan
from bball_tui.groupme.plan.plan_inputs import GroupPolicy, OwnFacts, Snapshot, TeamFacts
from benchmarks.report import Result, middle

TEAMS, GROUPS, ROUNDS = 500, 10_000, 5
PAGE = 100
ANIMALS = ("Hawks", "Bulls", "Storm", "Falcons", "Wolves", "Comets", "Rockets", "Tigers", "Sharks", "Eagles")
COLORS = ("Red", "Blue", "Green", "White", "Black", "Gold", "Silver", "Purple", "Orange", "Teal")
NOW = datetime(2026, 11, 23, tzinfo=UTC)


def names() -> list[str]:
    return [f"{ANIMALS[n % 10]} {COLORS[n // 10 % 10]} U{8 + n // 100 * 2}" for n in range(TEAMS)]


def pages() -> list[bytes]:
    """The list of groups as it comes over the wire: years of old groups around the present ones."""
    teams = names()
    seasons = ("", "Fall 2024", "Spring 2025", "2025-26", "'26")
    groups = [
        {
            "id": str(10_000 + n),
            "group_id": str(10_000 + n),
            "name": f"The {teams[n % TEAMS]} {seasons[n // TEAMS % 5]} {n // (TEAMS * 5) or ''}".strip(),
            "type": "closed",
            "description": "Westside, Spring 2027",
            "creator_user_id": "me",
            "created_at": int((NOW - timedelta(days=n % 2000)).timestamp()),
            "share_url": f"https://groupme.com/join_group/{10_000 + n}/AbCdEfGh",
            "requires_approval": True,
            "visibility": "hidden",
            "members": None,
            "members_count": 24,
            "max_members": 500,
            "messages": {"count": 9, "last_message_id": "1", "preview": {"nickname": "Maria", "text": "See you"}},
        }
        for n in range(GROUPS)
    ]
    return [json.dumps({"response": groups[n : n + PAGE]}).encode() for n in range(0, GROUPS, PAGE)]


def own_facts() -> OwnFacts:
    """Half of the teams linked, the rest found by name, nearly, or not at all."""
    teams = tuple(
        TeamFacts(n, name, group_id=str(10_000 + n) if n % 2 else None, seen_name=name, team_name_then=name)
        for n, name in enumerate(names())
    )
    return OwnFacts(teams, GroupPolicy("Westside", "Spring 2027", date(2027, 1, 10), prefixes=("Westside",)))


async def run() -> list[Result]:
    own, answers = own_facts(), pages()
    whole, planning = [], []
    for _ in range(ROUNDS):
        # The processor's time, not the clock's: what else the machine does is no part of the promise.
        begun = time.process_time()
        groups = tuple(group for page in answers for group in each(json.loads(page)["response"], Group.read))
        read = time.process_time()
        plan = make_plan(own, Snapshot(Account("me", "Maria"), groups, complete=True, read_at=NOW))
        ended = time.process_time()
        whole.append(ended - begun)
        planning.append(ended - read)
    detail = f"{TEAMS} teams, {GROUPS} groups, {len(plan.actions)} actions, CPU time"
    return [
        Result("GroupMe: read and plan", middle(whole) / 1000, 1.0, detail, unit="s"),
        Result("GroupMe: plan alone", middle(planning) / 1000, 1.0, detail, unit="s"),
    ]
