"""`teams|players|guardians|seasons add|edit` and `contracts add|edit`: what they write, and what they refuse."""

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.models import Outbox, Player
from bball_tui.database.states import OutboxState
from tests.cli.conftest import CommandLine
from tests.support.factory import make_club


@pytest.mark.slow
def test_a_league_by_commands(command_line: CommandLine) -> None:
    command_line.in_database(make_club)
    owls = command_line("teams", "add", "Owls", "--division", "U10", "--json").json["id"]
    taken = command_line("teams", "add", "owls", "--division", "U10")
    assert (taken.code, taken.json["problems"][0]["field"]) == (1, "name")
    assert command_line("teams", "edit", owls, "--name", "Snow Owls").code == 0
    assert command_line("teams", "edit", 999, "--name", "x").err == "Error: That team isn't in this league.\n"

    who = ("--first", "Samir", "--last", "Hamdi", "--birthdate", "2015-05-12", "--jersey", "00")
    made = command_line("players", "add", *who, "--team", "Snow Owls", "--due", "2999-01-31")
    assert (made.code, made.json["notes"]) == (0, [])
    samir = made.json["id"]
    doubt = command_line("players", "add", *who)
    assert (doubt.code, [one["id"] for one in doubt.json["lookalikes"]]) == (1, [samir])
    assert f"--not-same {samir}" in doubt.err
    # Player and contract are one wish.
    half = command_line("players", "add", *who, "--not-same", samir, "--team", "Snow Owls", "--due", "2001-01-31")
    assert (half.code, half.json["problems"][0]["field"]) == (1, "due_on")

    async def players(session: AsyncSession) -> int:
        return await session.scalar(select(func.count()).select_from(Player)) or 0

    assert command_line.in_database(players) == 1
    other = command_line("players", "add", *who, "--not-same", samir).json["id"]
    assert command_line("players", "duplicates", "--json").json == []
    wrong = command_line("players", "edit", other, "--birthdate", "never", "--jersey", "x")
    assert {one["field"] for one in wrong.json["problems"]} == {"birthdate", "jersey"}
    assert command_line("players", "edit", other, "--jersey", "0").code == 0

    seen = command_line("players", "merge", samir, other, "--preview", "--json").json
    assert [one["name"] for one in seen["fields"] if one["differs"]] == ["jersey"]
    assert "would be merged into Samir Hamdi" in command_line("players", "merge", samir, other, "--preview").out
    assert "not of the form" in command_line("players", "merge", samir, other, "--keep-field", "jersey").err
    merged = command_line("players", "merge", samir, other, "--keep-field", "jersey=B")
    assert (merged.code, merged.json["gone_id"]) == (0, other)
    assert f"bball-tui players unmerge {other} takes it back." in merged.err
    assert "was merged into Samir Hamdi" in command_line("players", "edit", other, "--jersey", "1").err
    acts = command_line("activity", "list", "--entity", "player", "--id", samir, "--json").json
    assert {"merged", "merged_into", "told_apart"} <= {one["action"] for one in acts}
    assert [one["jersey"] for one in command_line("players", "list", "--json").json] == ["0"]
    seen = command_line("players", "unmerge", other, "--preview")
    assert f"Samir Hamdi would be player {other} again, with all that was moved." in seen.out
    assert command_line("players", "unmerge", other, "--preview", "--json").json["canceled"] == []
    assert command_line("players", "unmerge", other, "--json").json["restored"] == []
    assert command_line("players", "unmerge", other).code == 1
    assert sorted(one["jersey"] for one in command_line("players", "list", "--json").json) == ["0", "00"]

    contract = command_line("contracts", "list", "--json").json[0]
    assert (contract["player"], contract["team"], contract["status"]) == ("Samir Hamdi", "Snow Owls", "offered")
    assert command_line("contracts", "edit", contract["id"], "--team", "Hawks U12").code == 0
    assert command_line("contracts", "add", other, "--team", "Snow Owls", "--draft").code == 0
    lines = command_line("contracts", "list", "--json").json
    assert {(one["team"], one["status"]) for one in lines} == {("Hawks U12", "offered"), ("Snow Owls", "draft")}

    season = command_line("seasons", "add", "Fall 2027", "--later").json["id"]
    assert command_line("seasons", "edit", season, "--show", "--starts", "2027-09-01").code == 0
    listed = command_line("seasons", "list").out
    assert "Fall 2027    2027-09-01        yes" in listed
    assert command_line("league", "set", "--mail-offers", "--json").json["mail_offers"] is True


@pytest.mark.slow
def test_a_wrong_address_by_commands(command_line: CommandLine) -> None:
    command_line.in_database(make_club)
    player = command_line(
        "players", "add", "--first", "Samir", "--last", "Hamdi", "--team", "Hawks U12", "--json"
    ).json["id"]
    who = ("--first", "Rosa", "--last", "Hamdi", "--email")
    wrong = command_line("guardians", "add", player, *who, "rosa@")
    assert (wrong.code, wrong.json["problems"][0]["field"]) == (1, "email")
    rosa = command_line("guardians", "add", player, *who, "rosa@wrong.test", "--relation", "mother").json["id"]
    contract = command_line("contracts", "list", "--json").json[0]["id"]
    assert command_line("contracts", "sign", contract).code == 0

    async def send(session: AsyncSession) -> None:
        await session.execute(
            update(Outbox).values(state=OutboxState.SENT, claims=1, attempts=1, finalized_at=func.now())
        )

    command_line.in_database(send)
    corrected = command_line("guardians", "edit", player, rosa, "--email", "rosa@right.test")
    assert corrected.json["unpromised"] == [
        {"contract_id": contract, "player": "Samir Hamdi", "address": "rosa@right.test"}
    ]
    assert f"contracts welcome {contract} sends it" in corrected.err
    assert len(command_line("contracts", "welcome", contract).json) == 1
    assert command_line("contracts", "welcome", contract).json == []
    assert command_line("guardians", "list", player, "--json").json[0]["relation"] == "mother"
    gone = command_line("guardians", "remove", player, rosa)
    assert "1 e-mail that still waited was canceled." in gone.err
    assert command_line("guardians", "list", player, "--json").json == []


def test_editing_a_guardian_names_the_other_children(command_line: CommandLine) -> None:
    command_line.in_database(make_club)
    player = command_line("players", "add", "--first", "Ada", "--last", "Nowak", "--json").json["id"]
    kid = command_line("players", "add", "--first", "Zoe", "--last", "Nowak", "--json").json["id"]
    words = ("--first", "Rita", "--last", "Nowak", "--email", "rita@right.test")
    rita = command_line("guardians", "add", player, *words, "--json").json["id"]
    linked = command_line("guardians", "add", kid, *words)
    assert "as a guardian of" in linked.err
    assert "count for Zoe Nowak too" in command_line("guardians", "edit", player, rita, "--phone", "555-0101").err


def test_another_familys_address_is_refused_for_a_guardian_without_yes(command_line: CommandLine) -> None:
    command_line.in_database(make_club)
    ada = command_line("players", "add", "--first", "Ada", "--last", "Nowak", "--json").json["id"]
    ben = command_line("players", "add", "--first", "Ben", "--last", "Roe", "--json").json["id"]
    command_line("guardians", "add", ada, "--first", "Rita", "--last", "Nowak", "--email", "rita@right.test")
    words = ("guardians", "add", ben, "--first", "Olga", "--last", "Roe", "--email", "rita@right.test", "--json")
    refused = command_line(*words)
    assert refused.code == 1
    assert "rita@right.test is the address of Rita Nowak, guardian of Ada Nowak, not of this family." in refused.err
    assert "'--yes' writes it all the same." in refused.err
    assert command_line("guardians", "list", ben, "--json").json == []
    olga = command_line(*words, "--yes").json["id"]
    assert command_line("guardians", "edit", ben, olga, "--email", "olga@right.test").code == 0
    back = ("guardians", "edit", ben, olga, "--email", "rita@right.test")
    assert "'--yes' writes it all the same." in command_line(*back).err
    assert command_line(*back, "--yes").code == 0


@pytest.mark.slow
def test_what_was_made_by_mistake_is_deleted_and_what_was_told_stays(command_line: CommandLine) -> None:
    club = command_line.in_database(make_club)
    owls = command_line("teams", "add", "Owls", "--json").json["id"]
    made = command_line("players", "add", "--first", "Ann", "--last", "Lee", "--team", "Owls").json["id"]
    assert command_line("guardians", "add", made, "--first", "Rosa", "--last", "Lee", "--email", "r@x.test").code == 0
    assert "with 1 contract and 1 guardian." in command_line("players", "delete", made, "--dry-run").out
    wrong = command_line("players", "delete", made, "--count", "1")
    assert (wrong.code, "This deletes 3 records, not 1." in wrong.err) == (1, True)
    assert command_line("players", "delete", made, "--count", "3").code == 0
    assert "That player isn't" in command_line("players", "delete", made, "--count", "3").err
    assert command_line("groupme", "link", "Owls", "https://groupme.com/join_group/4711/AbCdEfGh").code == 0
    assert "'bball-tui groupme unlink'" in command_line("teams", "delete", owls, "--dry-run").out
    assert command_line("groupme", "unlink", "Owls").code == 0
    assert command_line("teams", "delete", owls, "--count", "1").code == 0

    told = command_line("players", "add", "--first", "Ben", "--last", "Fox", "--team", "Hawks U12").json["id"]
    contract = command_line("contracts", "list", "--json").json[0]["id"]
    assert command_line("contracts", "sign", contract, "--signer", "Rosa Fox").code == 0
    stays = command_line("players", "delete", told, "--count", "2")
    assert (stays.code, "Ben Fox has signed" in stays.err) == (1, True)
    season = command_line("seasons", "delete", club.season_id, "--count", "1")
    assert (season.code, "what was signed is kept" in season.err) == (1, True)


@pytest.mark.slow
def test_what_is_archived_is_found_and_restored(command_line: CommandLine) -> None:
    command_line.in_database(make_club)
    ann = command_line("players", "add", "--first", "Ann", "--last", "Lee").json["id"]
    done = command_line("players", "archive", ann)
    assert (done.code, "leaves the list of players" in done.err, done.json["name"]) == (0, True, "Ann Lee")
    assert command_line("players", "list", "--json").json == []
    assert "Lee, Ann (archived)" in command_line("players", "list", "--search", "ann").out
    assert command_line("players", "list", "--archived", "--json").json[0]["archived"] is True
    refused = command_line("contracts", "add", ann, "--team", "Hawks U12", "--draft")
    assert (refused.code, "Bring the player back first" in refused.err) == (1, True)
    assert command_line("players", "restore", ann, "--json").code == 0
    assert "not archived" in command_line("players", "restore", ann).err
    assert command_line("contracts", "add", ann, "--team", "Hawks U12", "--draft").code == 0
    stays = command_line("players", "archive", ann)
    assert (stays.code, "waits or is signed" in stays.err) == (1, True)
    acts = command_line("activity", "list", "--entity", "player", "--id", ann, "--json").json
    assert [one["action"] for one in acts if one["action"] in ("archived", "brought_back")] == [
        "brought_back",
        "archived",
    ]
