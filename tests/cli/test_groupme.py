"""`bball-tui groupme` against the fake server as a process of its own: what is printed, the exit codes, no secrets."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import insert

from bball_tui.database.models import Team
from tests.cli.conftest import CommandLine, Ran
from tests.support.factory import Club, Parent, make_club, make_family
from tests.support.mails import send_in, signed_family

OTHER = Parent(first="Wim", email="wim@families.test")
LINK = "https://app.groupme.com/join_group/4711/AbCdEfGh"


@dataclass(slots=True)
class Fake:
    """The fake server as a process, and the file that it leaves behind."""

    process: "subprocess.Popen[str]"
    token: str
    journal: Path

    def end(self) -> list[dict[str, object]]:
        """Stop it; every request in order."""
        self.process.terminate()
        self.process.wait(timeout=60)
        return [json.loads(line) for line in self.journal.read_text("utf-8").splitlines()]


@pytest.fixture
def club(command_line: CommandLine) -> Club:
    return command_line.in_database(make_club)


@pytest.fixture
def start(command_line: CommandLine, tmp_path: Path) -> Iterator["Starter"]:
    starter = Starter(command_line, tmp_path)
    yield starter
    for fake in starter.started:
        fake.process.kill()
        fake.process.wait(timeout=60)
        assert fake.process.stdout is not None
        fake.process.stdout.close()


class Starter:
    """``start("--group", "Hawks")`` starts the fake server and points the command line to it."""

    def __init__(self, command_line: CommandLine, folder: Path) -> None:
        self._command_line = command_line
        self._folder = folder
        self.started: list[Fake] = []

    def __call__(self, *arguments: str) -> Fake:
        journal = self._folder / "journal.jsonl"
        process = subprocess.Popen(
            [sys.executable, "-m", "bball_tui.groupme.fake", "--journal", str(journal), *arguments],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        self._command_line.setenv("BBALL_GROUPME_URL", told["url"])
        # As people paste it.
        self._command_line.setenv("GROUPME_ACCESS_TOKEN", f' "{told["token"]}"\n')
        fake = Fake(process, told["token"], journal)
        self.started.append(fake)
        return fake


@pytest.fixture(autouse=True)
def no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GROUPME_ACCESS_TOKEN", "BBALL_GROUPME_URL"):
        monkeypatch.delenv(name, raising=False)


def harmless(ran: Ran, fake: Fake) -> None:
    assert fake.token not in ran.out + ran.err


@pytest.mark.slow
def test_plan_dry_run_apply_and_an_empty_plan(command_line: CommandLine, club: Club, start: Starter) -> None:
    fake = start()
    ran = command_line("groupme", "plan", "--json")
    harmless(ran, fake)
    assert ran.code == 0
    assert [(one["id"], one["ticked"]) for one in ran.json["actions"]] == [
        (f"create:{club.team_id}", True),
        (f"settings:{club.team_id}", True),
    ]
    code = ran.json["fingerprint"]
    assert command_line("groupme", "apply", "--dry-run", "--json").json["fingerprint"] == code
    refused = command_line("groupme", "apply", "--plan", "0000")
    assert (refused.code, "has changed since" in refused.err) == (1, True)
    ran = command_line("groupme", "apply", "--plan", code, "--json")
    harmless(ran, fake)
    assert (ran.code, ran.json["done"], ran.json["not_done"]) == (0, 2, 0)
    assert command_line("groupme", "plan", "--json").json["actions"] == []
    status = command_line("groupme", "status", "--json")
    (team,) = status.json
    assert (team["state"], team["group"]) == ("linked", "Hawks U12")
    assert team["link"].endswith("/…")
    shown = command_line("groupme", "status")
    harmless(shown, fake)
    assert "linked" in shown.out
    writes = [line["path"] for line in fake.end() if line["method"] != "GET"]
    assert [str(path).rsplit("/", 1)[-1] for path in writes] == ["groups", "update"]
    assert fake.token not in fake.journal.read_text("utf-8")


@pytest.mark.slow
def test_refused_to_third_parties_ends_partly_done_and_a_pasted_link_does_the_job(
    command_line: CommandLine, club: Club, start: Starter
) -> None:
    command_line.in_database(
        lambda session: session.execute(
            insert(Team).values(league_id=club.league_id, season_id=club.season_id, name="Bulls U10")
        )
    )
    fake = start("--closed", "create", "--group", "Bulls U10")
    ran = command_line("groupme", "apply", "--json")
    harmless(ran, fake)
    assert ran.code == 3
    assert ran.json["manual"]
    assert "paste its share link" in ran.err
    assert command_line("groupme", "create", "Hawks U12", "--json").code == 1
    ran = command_line("groupme", "link", "hawks u12", LINK, "--dry-run", "--json")
    assert (ran.code, ran.json["changed"], ran.json["dry_run"]) == (0, True, True)
    ran = command_line("groupme", "link", "hawks u12", LINK, "--json")
    assert (ran.code, ran.json["group_id"], ran.json["changed"]) == (0, "4711", True)
    assert "AbCdEfGh" not in ran.out + ran.err
    ran = command_line("groupme", "link", "Bulls U10", LINK)
    assert ran.code == 1
    assert "linked to another group already" in ran.err


@pytest.mark.slow
def test_without_a_token_links_work_and_everything_else_says_where_to_get_one(
    command_line: CommandLine, club: Club, tmp_path: Path
) -> None:
    ran = command_line("groupme", "plan")
    assert (ran.code, "dev.groupme.com" in ran.err) == (1, True)
    ran = command_line("groupme", "qr", "Hawks U12")
    assert (ran.code, "no share link yet" in ran.err) == (1, True)
    assert command_line("groupme", "link", str(club.team_id), LINK).code == 0
    assert command_line("groupme", "status", "--json").json[0]["state"] == "linked"
    ran = command_line("groupme", "qr", "Hawks U12")
    assert ran.code == 0
    assert "█" in ran.out
    assert ran.out.rstrip().endswith("/4711/AbCdEfGh")
    image = tmp_path / "wall.png"
    assert command_line("groupme", "qr", "Hawks U12", "--image", image).code == 0
    assert image.read_bytes().startswith(b"\x89PNG")
    assert command_line("groupme", "qr", "Hawks U12", "--image", image).code == 1
    assert command_line("groupme", "qr", "Hawks U12", "--image", tmp_path / "wall.txt").code == 1
    assert command_line("groupme", "unlink", "Hawks U12", "--dry-run").code == 0
    assert command_line("groupme", "status", "--json").json[0]["state"] == "linked"
    assert command_line("groupme", "unlink", "Hawks U12", "--reason", "wrong team").code == 0
    assert command_line("groupme", "unlink", "Hawks U12").code == 1
    ran = command_line("groupme", "link", "Hawks U12", "https://evil.test/join_group/1/abcdefgh")
    assert (ran.code, "not to groupme.com" in ran.err) == (1, True)


@pytest.mark.slow
def test_a_group_of_last_season_is_only_passed_over_when_somebody_says_so(
    command_line: CommandLine, club: Club, start: Starter
) -> None:
    start("--group", "Hawks U12 Fall 2025")
    ran = command_line("groupme", "create", "Hawks U12")
    assert (ran.code, "--although-similar" in ran.err) == (1, True)
    ran = command_line("groupme", "create", "Hawks U12", "--although-similar", "--dry-run", "--json")
    assert [one["kind"] for one in ran.json["actions"]] == ["create", "settings"]
    ran = command_line("groupme", "create", "Hawks U12", "--although-similar", "--json")
    assert (ran.code, ran.json["done"]) == (0, 2)


def test_the_staff_list(command_line: CommandLine, club: Club) -> None:
    ran = command_line("groupme", "staff", "add", "Jonas Coach", "--phone", "212 555 0101", "--json")
    assert ran.code == 0
    staff_id = ran.json["id"]
    assert command_line("groupme", "staff", "consent", staff_id).code == 1
    assert command_line("groupme", "staff", "consent", staff_id, "--note", "on paper").code == 0
    (line,) = command_line("groupme", "staff", "list", "--json").json
    assert (line["name"], line["phone"], line["consent_note"]) == ("Jonas Coach", "+1 2125550101", "on paper")
    assert command_line("groupme", "staff", "remove", staff_id).code == 0
    assert command_line("groupme", "staff", "list", "--json").json == []


def test_a_token_never_travels_in_the_clear(command_line: CommandLine, club: Club) -> None:
    command_line.setenv("GROUPME_ACCESS_TOKEN", "x" * 40)
    command_line.setenv("BBALL_GROUPME_URL", "http://api.groupme.com")
    ran = command_line("groupme", "plan")
    assert ran.code == 1
    assert "https://" in ran.err
    assert "x" * 40 not in ran.out + ran.err


@pytest.mark.slow
def test_mails_wait_for_the_link_or_go_anyway_and_families_are_told(command_line: CommandLine, club: Club) -> None:
    def link(token: str, *options: str) -> Ran:
        return command_line("groupme", "link", "Hawks U12", LINK.replace("AbCdEfGh", token), *options, "--json")

    _, mails = command_line.in_database(lambda session: signed_family(session, club))
    command_line.in_database(lambda session: send_in(session, mails))
    assert command_line("league", "set", "--wait-for-chat", "--json").json["wait_for_chat"]
    family = command_line.in_database(lambda session: make_family(session, club, first="Wanda", parents=(OTHER,)))
    signed = command_line("contracts", "sign", family.contract_id, "--no-hold", "--json").json["outbox"]
    waiting = command_line("outbox", "list", "--state", "waiting", "--json").json
    assert [one["id"] for one in waiting] == signed
    assert [one["mails"] for one in command_line("groupme", "send-anyway", "--dry-run", "--json").json] == [1]

    ran = link("First123", "--tell")
    assert (ran.code, ran.json["mails_promised"], ran.json["mails_released"], ran.json["mails_to_tell"]) == (0, 1, 1, 0)
    assert command_line("outbox", "list", "--state", "waiting", "--json").json == []
    assert command_line("groupme", "send-anyway", "--json").json == []
    # What is still to be written has the new link anyway; what was written before has it not.
    assert link("Second12").json["mails_to_tell"] == 0
    command_line.in_database(lambda session: send_in(session, signed))
    ran = link("Third123")
    assert (ran.json["link_changed"], ran.json["mails_to_tell"], ran.json["mails_promised"]) == (True, 1, 0)
    (told,) = command_line("groupme", "tell", "hawks u12", "--dry-run", "--json").json
    assert (told["mails"], told["outbox"]) == (1, [])
    (told,) = command_line("groupme", "tell", "--json").json
    assert (told["mails"], len(told["outbox"])) == (1, 1)
    assert command_line("groupme", "tell", "--json").json == []


@pytest.mark.slow
def test_the_group_of_last_season_goes_on(command_line: CommandLine, club: Club, start: Starter) -> None:
    family = command_line.in_database(lambda session: make_family(session, club))
    fake = start("--group", "Hawks U12")
    assert command_line("groupme", "apply").code == 0
    rolled = command_line("seasons", "roll", "Fall 2027", "--also", family.player_id, "--apply")
    assert rolled.code == 0, rolled.err
    fall = ("--season", "Fall 2027")
    ran = command_line("groupme", "renew", *fall)
    harmless(ran, fake)
    assert "keep  2   Hawks U14  Hawks U12, Spring 2027  Hawks U12" in ran.out
    assert "1 keep the group, 0 get a new one, 0 stay as they are." in ran.err
    plan = command_line("groupme", "renew", *fall, "--json").json
    (team,) = plan["teams"]
    assert (team["proposed"], team["choices"]) == ("keep", ["keep", "new", "leave"])
    assert team["steps"][1] == "'Hawks U12' → 'Hawks U14'"
    other = command_line("groupme", "renew", *fall, "--new", "hawks u14", "--json").json["teams"][0]
    assert (other["chosen"], other["steps"][0]) == ("new", "no group → new group 'Hawks U14' with a share link")
    sheet = command_line("groupme", "renew", *fall, "--leave", "Hawks U14", "--csv").out
    assert '"Hawks U12, Spring 2027","Hawks U12","1","keep","leave"' in sheet
    for options, why in (
        (("--keep", "Hawks U14", "--new", "Hawks U14"), "named both for --keep and for --new"),
        (("--apply", "--expect", "0000"), "no longer 0000"),
        (("--csv", "--json"), "cannot both"),
        (("--keep", "Owls"), "no team 'Owls'"),
    ):
        refused = command_line("groupme", "renew", *fall, *options)
        assert (refused.code in (1, 2), why in refused.err) == (True, True), refused.err
    ran = command_line("groupme", "renew", *fall, "--apply", "--expect", plan["plan"], "--json")
    harmless(ran, fake)
    assert (ran.code, ran.json["done"], ran.json["not_done"]) == (0, 3, 0), ran.err
    assert "Keeps 'Hawks U12' with everyone in it." in ran.err
    (status,) = command_line("groupme", "status", *fall, "--json").json
    assert (status["state"], status["group"]) == ("linked", "Hawks U14")
    again = command_line("groupme", "renew", *fall, "--keep", "Hawks U14", "--apply")
    assert "there is no group to keep. It has its group." in again.err
    assert command_line("groupme", "renew", *fall, "--apply", "--json").json["steps"] == []
    # Nobody is in that group but the account itself, and no one signed.
    assert command_line("groupme", "leavers", *fall, "--json").json == []
    assert "0 members left the team, 0 are unknown to us" in command_line("groupme", "leavers", *fall).err
    refused = command_line("groupme", "leavers", "Hawks U14", *fall, "--remove", "4711")
    assert (refused.code, "Member 4711 is not among those who left" in refused.err) == (1, True)
    assert command_line("groupme", "leavers", *fall, "--csv").out.startswith('"Team ID","Team","Group","ID"')
    assert command_line("groupme", "not-joined", *fall, "--json").json == []
    assert command_line("groupme", "not-joined", *fall, "--csv").out.startswith('"Team ID","Team","Player ID"')
    assert command_line("groupme", "not-joined", *fall, "--remind", "--json").json == {"families": 0, "mails": 0}
    paths = [str(line["path"]).rsplit("/", 1)[-1] for line in fake.end() if line["method"] != "GET"]
    assert paths[-2:] == ["update", "update"]
