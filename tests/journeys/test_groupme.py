"""The team chats as a coordinator meets them: by keys in a terminal, against the fake GroupMe on loopback."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from sqlalchemy import insert, select

from bball_tui.database.models import League, Season, Team
from bball_tui.database.opening import open_database
from bball_tui.groupme.fake.server import FakeGroupMe, running
from bball_tui.groupme.fake.state import Group, User
from bball_tui.settings import Settings
from tests.groupme.conftest import Desk, Time
from tests.groupme.summer import make_summer
from tests.groupme.test_linking import signed_and_sent
from tests.journeys.conftest import clean_environment
from tests.journeys.terminal import ENTER, ESC, Terminal, terminal

Journey = Callable[[Terminal], None]


async def make_league(folder: Path, slug: str, teams: Sequence[str]) -> None:
    """A league of its own with these teams, and no one in them."""
    async with open_database(Settings(data_dir=folder, config_dir=folder)) as database, database.session() as session:
        league = await session.scalar(insert(League).values(name="Westside", slug=slug).returning(League.id))
        season = await session.scalar(insert(Season).values(league_id=league, name="Spring 2027").returning(Season.id))
        rows = [{"league_id": league, "season_id": season, "name": name} for name in teams]
        await session.execute(insert(Team), rows)


async def linked_groups(folder: Path, slug: str) -> dict[str, str | None]:
    """What each team is linked with."""
    async with open_database(Settings(data_dir=folder, config_dir=folder)) as database, database.session() as session:
        found = await session.execute(select(Team.name, Team.groupme_group_id).join(League).where(League.slug == slug))
        return {row.name: row.groupme_group_id for row in found}


async def travel(
    folder: Path,
    slug: str,
    fake: FakeGroupMe,
    owner: User,
    journey: Journey,
    first: Sequence[str] = ("Westside", "There are no"),
) -> None:
    """One start of the program with the token pasted with spaces; afterwards no byte of anything holds it.

    ``first`` is what the screen shows once the league is there.
    """
    async with running(fake) as (_, url):
        environment = clean_environment(folder) | {
            "BBALL_LEAGUE": slug,
            "BBALL_WORKER": "false",
            "BBALL_GROUPME_URL": url,
            "GROUPME_ACCESS_TOKEN": f" {owner.token}\n",
        }

        def by_keys() -> bytes:
            with terminal(environment, columns=120, rows=36) as program:
                program.shows(*first)
                program.press("7")
                journey(program)
                program.press("q")
                assert program.ended() == 0
                return bytes(program.written)

        written = await asyncio.to_thread(by_keys)
    everything = written + logs(folder) + fake.journal.export().encode()
    assert owner.token.encode() not in everything
    assert all(line.auth == "header" for line in fake.journal.lines)


def logs(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.glob("*.log"))


def made(fake: FakeGroupMe) -> list[Group]:
    return [group for group in fake.world.groups.values() if not group.deleted]


async def test_eight_teams_from_nothing(data_dir: Path) -> None:
    teams = [f"Team {number:02}" for number in range(8)]
    await make_league(data_dir, "eight", teams)
    fake = FakeGroupMe()
    owner = fake.world.add_user("Maria Coordinator")

    def journey(program: Terminal) -> None:
        program.shows("Maria Coordinator's", "p shows 16 steps")
        program.press("p")
        program.shows("Do 16 steps", "Team 00: new group 'Team 00'")
        program.press("y")
        program.shows("16 steps done")
        program.press(ESC)
        program.shows("Nothing to do")

    await travel(data_dir, "eight", fake, owner, journey)
    groups = made(fake)
    assert sorted(group.name for group in groups) == teams
    assert {(group.kind, group.requires_approval, bool(group.share_token)) for group in groups} == {
        ("closed", True, True)
    }
    assert await linked_groups(data_dir, "eight") == {group.name: group.id for group in groups}
    assert len(fake.journal.writes()) == 16


async def test_the_groups_of_last_season_are_still_there(data_dir: Path) -> None:
    await make_league(data_dir, "autumn", ["Hawks U12", "Bulls"])
    fake = FakeGroupMe()
    owner = fake.world.add_user("Maria Coordinator")
    old = [fake.world.add_group(owner, f"{name} Fall 2026", share=True) for name in ("Hawks U12", "Bulls")]

    def journey(program: Terminal) -> None:
        program.shows("? Hawks", "proposed", "p shows 2 steps")
        program.press("p")
        program.shows("[ ] Hawks U12: linked to", "Nothing is ticked")
        program.press(ESC)
        program.rest()
        program.press("G", "c")
        program.shows("Create another one only if")
        program.press("y")
        program.shows("2 steps done", "Created 'Hawks U12'")  # Esc between the two steps would stop the second
        program.press(ESC)
        program.shows("p shows 1 step")

    await travel(data_dir, "autumn", fake, owner, journey)
    (new,) = [group for group in made(fake) if group not in old]
    assert await linked_groups(data_dir, "autumn") == {"Hawks U12": new.id, "Bulls": None}
    assert not [line for line in fake.journal.writes() if any(group.id in line.path for group in old)]


async def test_creating_is_refused_and_pasted_links_do_the_job(data_dir: Path) -> None:
    teams = ["Bulls", "Hawks U12"]
    await make_league(data_dir, "closed", teams)
    fake = FakeGroupMe()
    fake.behavior.closed_to_third_parties.add("create")
    owner, stranger = fake.world.add_user("Maria Coordinator"), fake.world.add_user("Jonas Coach")
    by_hand: dict[str, Group] = {}

    def paste(program: Terminal, maker: User, name: str) -> None:
        """The coordinator, or the coach, makes the group in the GroupMe app, and pastes its link here."""
        group = by_hand[name] = fake.world.add_group(maker, name, share=True)
        program.press("l")
        program.shows(f"The group of {name}")
        link = f"https://groupme.com/join_group/{group.id}/{group.share_token}"
        program.press(f" {link}")
        program.shows(link)
        program.press(ENTER)
        program.shows("Enter links")
        program.press(ENTER)
        program.shows(f"{name} is linked with")

    def journey(program: Terminal) -> None:
        program.shows("p shows 4 steps")
        program.press("p")
        program.shows("Do 4 steps")
        program.press("y")
        program.shows("only its own app", "l links a group")
        program.press(ESC)
        program.shows("Make them in the GroupMe app", "2 teams need you")
        paste(program, owner, "Bulls")
        program.press("j")
        paste(program, stranger, "Hawks U12")
        program.rest()

    await travel(data_dir, "closed", fake, owner, journey)
    assert await linked_groups(data_dir, "closed") == {name: group.id for name, group in by_hand.items()}
    assert [line.status for line in fake.journal.of("POST", ".*/groups")] == [401]


async def test_six_chats_go_on_and_one_is_deleted_meanwhile(data_dir: Path) -> None:
    names = [f"Team {number:02}" for number in range(6)]
    fake = FakeGroupMe()
    owner = fake.world.add_user("Maria Coordinator")
    async with open_database(Settings(data_dir=data_dir, config_dir=data_dir)) as database:
        desk = Desk(fake, "", owner, Time())
        summer = await make_summer(database, desk, [(f"{name} U10", f"{name} U12", 2, 2) for name in names])
        # One family signed before the chats of the season stood.
        await signed_and_sent(summer, summer.contracts[0])
    lost = summer.groups["Team 04 U10"]

    def journey(program: Terminal) -> None:
        program.shows("Maria Coordinator's", "Team 05 U12")
        program.press("n")
        program.shows("Chats of Fall 2027", "keep Team 00 U12  ← Team 00 U10, Spring 2027, 3 members", "6 keep, 0 new")
        program.shows("2 of 2 players of Team 00 U10 come back. Team 00 U10 is Team 00 U12 now.")
        # The second team shall have a new one, after a look at what that means.
        program.press("j", " ")
        program.shows("new  Team 01 U12", "(changed)", "new group 'Team 01 U12'", "5 keep, 1 new")
        lost.deleted = True
        program.press("y")
        program.shows("1 family was welcomed before", "Do it, 1 e-mail")
        program.press("y")
        program.shows("14 steps done", "1 e-mail about a new link queued", "3 steps not done")
        program.shows("Team 04 U12: Things have changed since the plan was made")
        program.press(ESC)
        program.rest()
        program.press("n")
        program.shows("0 keep, 1 new", "new  Team 04 U12  ← Team 04 U10, Spring 2027")
        program.shows("GroupMe does not know last season's group anymore: it was deleted.")
        program.press("y")
        program.shows("2 steps done", "Created 'Team 04 U12'")
        program.press(ESC)
        program.rest()
        program.press("n")
        program.shows("[ Nothing to do")
        program.press(ESC)
        program.rest()

    await travel(data_dir, "westside", fake, owner, journey, first=("Westside", "Fall 2027"))
    linked = await linked_groups(data_dir, "westside")
    kept = {f"{name} U12": summer.groups[f"{name} U10"] for name in names}
    for name, group in kept.items():
        went_on = name not in ("Team 01 U12", "Team 04 U12")
        assert (linked[name] == group.id) == went_on
        assert group.name == (name if went_on else name.replace("U12", "U10"))
    assert linked["Team 01 U10"] == summer.groups["Team 01 U10"].id
    assert sorted(group.name for group in made(fake)) == sorted([*kept, "Team 01 U10"])
    creations = [line for line in fake.journal.of("POST", ".*/groups") if line.status == 201]
    assert len(creations) == 2
