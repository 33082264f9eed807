"""`contracts list|sign|undo|void`: their JSON, their exit codes, and what they say."""

from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.models import Contract, League, Outbox, Signature
from bball_tui.database.states import ContractStatus
from tests.cli.conftest import CommandLine
from tests.support.factory import Club, Family, Parent, make_club, make_family

ROSA = Parent("Rosa", "Hamilton", "rosa@families.test", relation="mother")
DAN = Parent("Dan", "Hamilton", "dan@families.test", relation="father")


@pytest.fixture
def families(command_line: CommandLine) -> list[Family]:
    """Amara with two guardians, Wren with one who has no address, Quinn whose contract is a draft."""

    async def make(session: AsyncSession) -> list[Family]:
        club = await make_club(session)
        return [
            await make_family(session, club, first="Amara", last="Hamilton", parents=(ROSA, DAN)),
            await make_family(session, club, first="Wren", last="Hammond", parents=(Parent("Ida", "Hammond", None),)),
            await make_family(session, club, first="Quinn", last="Tran", status=ContractStatus.DRAFT),
        ]

    return command_line.in_database(make)


@pytest.fixture
def amara(families: list[Family]) -> int:
    return families[0].contract_id


async def _signature(session: AsyncSession) -> Signature:
    return (await session.scalars(select(Signature))).one()


def test_list_as_json(command_line: CommandLine, amara: int) -> None:
    assert command_line("contracts", "sign", amara, "--signed-on", "2026-01-15").code == 0

    ran = command_line("contracts", "list", "--json", "--search", "amara")

    assert (ran.code, ran.err) == (0, "Season: all of them.\n")
    assert ran.json == [
        {
            "id": amara,
            "player": "Amara Hamilton",
            "team": "Hawks U12",
            "season": "Spring 2027",
            "status": "signed",
            "signed_on": "2026-01-15",
            "signer": "Rosa Hamilton",
            "welcome": "held",
            "in_folder": False,
        }
    ]
    assert list(ran.json[0]) == [
        "id",
        "player",
        "team",
        "season",
        "status",
        "signed_on",
        "signer",
        "welcome",
        "in_folder",
    ]


def test_list_of_an_open_contract(command_line: CommandLine, families: list[Family]) -> None:
    drafts = command_line("contracts", "list", "--json", "--status", "draft").json

    assert [(one["player"], one["signed_on"], one["signer"], one["welcome"]) for one in drafts] == [
        ("Quinn Tran", None, None, "none")
    ]


def test_list_for_people(command_line: CommandLine, amara: int) -> None:
    lines = command_line("contracts", "list").out.splitlines()

    assert lines[0].split()[:5] == ["ID", "Player", "Team", "Season", "Status"]
    assert lines[1].startswith(f"{amara}   Hamilton, Amara  Hawks U12")
    assert len(lines) == 4


@pytest.mark.parametrize("option", [("--season", "Autumn 2030"), ("--team", "No one's team")])
def test_list_of_what_does_not_exist(command_line: CommandLine, amara: int, option: tuple[str, str]) -> None:
    ran = command_line("contracts", "list", *option)

    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("Error: There is no ")
    assert ran.err.count("\n") == 1


def test_list_narrowed_by_names_in_any_case(command_line: CommandLine, amara: int) -> None:
    ran = command_line("contracts", "list", "--json", "--season", "spring 2027", "--team", "hawks u12")

    assert len(ran.json) == 3


def test_sign(command_line: CommandLine, amara: int) -> None:
    ran = command_line(
        "contracts", "sign", amara, "--signer", "Aunt Bea", "--method", "scan", "--capacity", "guardian", "--json"
    )

    assert ran.code == 0
    assert list(ran.json) == ["signed", "refused", "outbox"]
    assert ran.json["signed"] == [amara]
    assert ran.json["refused"] == []
    assert len(ran.json["outbox"]) == 2
    signature = command_line.in_database(_signature)
    assert (signature.signer, signature.method, signature.capacity) == ("Aunt Bea", "scan", "guardian")
    assert signature.guardian_id is None
    assert "Aunt Bea is not one of the guardians of Amara Hamilton." in ran.err


def test_sign_recognizes_a_guardian_by_name(command_line: CommandLine, families: list[Family]) -> None:
    command_line("contracts", "sign", families[0].contract_id, "--signer", "  dan   HAMILTON ")

    signature = command_line.in_database(_signature)
    assert (signature.guardian_id, signature.signer, signature.capacity) == (
        families[0].guardian_ids[1],
        "Dan Hamilton",
        "father",
    )


def test_sign_without_a_signer_takes_the_first_guardian(command_line: CommandLine, amara: int) -> None:
    command_line("contracts", "sign", amara)

    assert command_line.in_database(_signature).signer == "Rosa Hamilton"


def test_sign_partly(command_line: CommandLine, families: list[Family]) -> None:
    good, also_good, draft = (family.contract_id for family in families)

    ran = command_line("contracts", "sign", good, also_good, draft, 999_999, "--signer", "Rosa Hamilton", "--json")

    assert ran.code == 3
    assert ran.json["signed"] == [good, also_good]
    assert {one["id"]: one["reason"] for one in ran.json["refused"]} == {
        draft: "Quinn Tran's contract is still a draft. Offer it first.",
        999_999: "That contract isn't in this league.",
    }
    assert "Not signed, contract 999999" in ran.err


def test_sign_twice_says_who_was_first(command_line: CommandLine, amara: int) -> None:
    command_line("contracts", "sign", amara)

    ran = command_line("contracts", "sign", amara, "--json")

    assert ran.code == 1
    assert ran.json["signed"] == ran.json["outbox"] == []
    assert "signed already by Rosa Hamilton, recorded by" in ran.json["refused"][0]["reason"]


@pytest.mark.slow
def test_sign_holds_the_mails_unless_told_otherwise(command_line: CommandLine, families: list[Family]) -> None:
    async def waits(session: AsyncSession) -> list[float]:
        rows = await session.execute(select(Outbox.available_at, Outbox.created_at).order_by(Outbox.id))
        return [(row.available_at - row.created_at).total_seconds() for row in rows]

    first = command_line("contracts", "sign", families[0].contract_id)
    assert "held until" in first.err
    assert command_line.in_database(waits) == [10.0, 10.0]

    command_line("contracts", "undo", families[0].contract_id)
    command_line("contracts", "sign", families[0].contract_id, "--no-hold")
    assert command_line.in_database(waits)[2:] == [0.0, 0.0]


@pytest.mark.parametrize("typed", ["15/01/2026", "15 Jan 2026", "2026-01-15"])
def test_sign_reads_the_date_in_the_leagues_order(command_line: CommandLine, amara: int, typed: str) -> None:
    async def day_first(session: AsyncSession) -> None:
        await session.execute(update(League).values(date_order="dmy"))

    command_line.in_database(day_first)
    command_line("contracts", "sign", amara, "--signed-on", typed)

    assert command_line.in_database(_signature).signed_on == date(2026, 1, 15)


@pytest.mark.parametrize("typed", ["2027-02-30", "01/02/2027", "soon", "9999-01-01", "\x1b[2J"])
def test_sign_refuses_a_date_that_cannot_be(command_line: CommandLine, amara: int, typed: str) -> None:
    ran = command_line("contracts", "sign", amara, "--signed-on", typed)

    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("Error: ")
    assert ran.err.count("\n") == 1
    assert "\x1b" not in ran.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("sign",),
        ("sign", "one"),
        ("sign", "0"),
        ("sign", "1", "--method", "shouting"),
        ("sign", "1", "--capacity", "friend"),
        ("void", "1"),
        ("undo",),
        ("frobnicate",),
        ("list", "--status", "gone"),
    ],
)
def test_wrong_usage(without_database: CommandLine, arguments: tuple[str, ...]) -> None:
    ran = without_database("contracts", *arguments)

    assert (ran.code, ran.out) == (2, "")
    assert "Usage: " in ran.err


def test_undo_takes_signature_and_mails_back(command_line: CommandLine, families: list[Family]) -> None:
    signed = command_line("contracts", "sign", families[0].contract_id, families[1].contract_id).json

    ran = command_line("contracts", "undo", families[0].contract_id, families[2].contract_id, "--json")

    assert ran.code == 3
    assert list(ran.json) == ["undone", "refused", "outbox"]
    assert ran.json["undone"] == [families[0].contract_id]
    assert ran.json["outbox"] == signed["outbox"]
    assert [one["id"] for one in ran.json["refused"]] == [families[2].contract_id]
    assert [one["status"] for one in command_line("contracts", "list", "--json").json] == ["offered", "signed", "draft"]


def test_undo_after_an_email_left_is_refused(command_line: CommandLine, amara: int, tmp_path: Path) -> None:
    command_line.setenv("BBALL_MAIL_URL", f"maildir://{tmp_path}/mails")
    command_line("contracts", "sign", amara, "--no-hold")
    command_line("worker", "--drain")

    ran = command_line("contracts", "undo", amara)

    assert ran.code == 1
    assert "void the contract instead" in ran.err


def test_void(command_line: CommandLine, amara: int) -> None:
    outbox = command_line("contracts", "sign", amara).json["outbox"]

    ran = command_line("contracts", "void", amara, "--reason", "Moved away", "--json")

    assert ran.code == 0
    assert ran.json == {"act": "void", "done": [amara], "refused": [], "outbox": outbox, "told": [], "promised": []}

    async def why(session: AsyncSession) -> str | None:
        return await session.scalar(select(Contract.status_reason).where(Contract.id == amara))

    assert command_line.in_database(why) == "Moved away"


def test_void_twice_is_refused(command_line: CommandLine, amara: int) -> None:
    command_line("contracts", "void", amara, "--reason", "Moved away")

    ran = command_line("contracts", "void", amara, "--reason", "Again")

    assert (ran.code, ran.json["done"]) == (1, [])
    assert "Amara Hamilton's contract is void already" in ran.json["refused"][0]["reason"]
    assert f"Not void, contract {amara}: Amara Hamilton's contract is void already" in ran.err


def test_a_life_by_commands(command_line: CommandLine, amara: int) -> None:
    accepted = command_line("contracts", "accept", amara, 999, "--reason", "Rosa, by phone", "--json")
    assert (accepted.code, accepted.json["done"]) == (3, [amara])
    assert command_line("contracts", "sign", amara).code == 0
    declined = command_line("contracts", "decline", amara, "--reason", "no")
    assert declined.code == 1
    assert "Release it instead" in declined.err
    released = command_line("contracts", "release", amara, "--reason", "Moves to Portland")
    assert released.code == 0
    assert len(released.json["outbox"]) == 2
    assert "1 contract released. Canceled: 2 e-mails." in released.err
    wrong = command_line("contracts", "offer", amara, "--due", "31 February")
    assert (wrong.code, "no such day" in wrong.err) == (1, True)
    listed = command_line("contracts", "list", "--json").json
    assert {one["id"]: one["status"] for one in listed}[amara] == "released"


def test_several_leagues_need_a_name(command_line: CommandLine, amara: int) -> None:
    async def another(session: AsyncSession) -> Club:
        return await make_club(session, name="Eastside", slug="eastside")

    command_line.in_database(another)

    assert command_line("contracts", "list").err == (
        "Error: There are several leagues: eastside, westside. Say which one with --league SLUG.\n"
    )
    assert len(command_line("--league", "westside", "contracts", "list", "--json").json) == 3
    assert command_line("--league", "eastside", "contracts", "list", "--json").json == []
    # A contract of another league is none of ours.
    assert command_line("--league", "eastside", "contracts", "sign", amara).code == 1


def test_another_due_date_for_those_that_have_one(command_line: CommandLine, families: list[Family]) -> None:
    offered, _, draft = (one.contract_id for one in families)

    ran = command_line("contracts", "due", offered, draft, "--on", "2999-01-01")

    assert (ran.code, ran.json["done"], ran.json["due_on"]) == (3, [offered], "2999-01-01")
    assert ran.json["refused"] == [
        {
            "id": draft,
            "reason": "Quinn Tran's contract is still a draft. It gets a due date when it is offered.",
        }
    ]
    assert command_line("contracts", "due", offered, "--on", "2020-01-01").code == 1
    assert command_line("contracts", "due", offered).code == 2
    assert command_line("contracts", "due", offered, "--none").json["done"] == [offered]


@pytest.mark.slow
def test_a_record_is_corrected_and_the_family_is_written_only_when_asked(
    command_line: CommandLine, families: list[Family]
) -> None:
    amara, wren = families[0].contract_id, families[1].contract_id
    assert command_line("contracts", "sign", amara, wren).code == 0

    async def arrived(session: AsyncSession) -> None:
        await session.execute(update(Outbox).values(state="sent", attempts=1, claims=1, finalized_at=Outbox.created_at))

    command_line.in_database(arrived)
    ran = command_line("contracts", "correct", amara, wren, "--signer", "dan  hamilton", "--reason", "the other parent")
    assert ran.code == 0
    assert "2 records corrected." in ran.err
    assert "rosa@families.test may have read what was wrong: --notify writes to them." in ran.err

    async def signers(session: AsyncSession) -> list[tuple[str, int | None]]:
        rows = await session.execute(
            select(Signature.signer, Signature.guardian_id)
            .join(Contract, Contract.signature_id == Signature.id)
            .order_by(Contract.id)
        )
        return [(row.signer, row.guardian_id) for row in rows]

    assert ran.err.count("dan hamilton is not one of the guardians of") == 1
    # A guardian of one child is somebody else for the other.
    assert command_line.in_database(signers) == [
        ("Dan Hamilton", families[0].guardian_ids[1]),
        ("dan hamilton", None),
    ]
    told = command_line(
        "contracts", "correct", amara, "--signed-on", "2026-01-15", "--reason", "the day", "--notify", "--json"
    )
    assert (told.json["corrected"], len(told.json["outbox"])) == ([amara], 2)
    back = command_line("contracts", "undo", amara, "--correction")
    assert (back.code, back.json["undone"], len(back.json["outbox"])) == (0, [amara], 2)
    assert command_line("contracts", "correct", amara, "--signed-on", "2026-01-15", "--reason", "the day").code == 0
    assert command_line("contracts", "correct", amara, "--reason", "x").code == 2
    again = command_line("contracts", "correct", amara, "--signed-on", "2026-01-15", "--reason", "x")
    assert (again.code, "says so already" in again.err) == (1, True)


@pytest.mark.slow
def test_another_team_keeps_the_signature_when_told_so(command_line: CommandLine, amara: int) -> None:
    assert command_line("contracts", "sign", amara).code == 0
    assert command_line("teams", "add", "Owls").code == 0
    ran = command_line("contracts", "edit", amara, "--team", "Owls", "--keep-signature", "--json")
    assert ran.code == 0
    listed = command_line("contracts", "list", "--search", "amara", "--json").json
    assert [(one["team"], one["status"]) for one in listed] == [("Owls", "signed")]


@pytest.mark.slow
def test_a_contract_and_a_family_are_shown_whole_with_their_numbers(
    command_line: CommandLine, families: list[Family]
) -> None:
    amara = families[0]
    assert command_line("contracts", "sign", amara.contract_id, "--signed-on", "2026-01-15").code == 0
    number = ("guardians", "edit", amara.player_id, amara.guardian_ids[0], "--phone", "(555) 010-0100")
    assert command_line(*number).code == 0
    shown = command_line("contracts", "show", amara.contract_id)
    assert shown.code == 0
    for line in ("Amara Hamilton  #00", "Signed: Rosa Hamilton (mother, paper, 2026-01-15)", "History with Hawks U12"):
        assert line in shown.out
    assert "Rosa Hamilton: mother, (555) 010-0100, rosa@families.test, gets e-mail, may sign" in shown.out
    data = command_line("contracts", "show", amara.contract_id, "--json").json
    assert (data["signature"]["signer"], data["guardians"][0]["phone"]) == ("Rosa Hamilton", "(555) 010-0100")
    zone = ZoneInfo("Pacific/Kiritimati")  # fourteen hours ahead: another day than elsewhere for most of the time
    assert command_line("league", "set", "--timezone", zone.key).code == 0
    moments = [
        line.split("  signed by")[0].strip()
        for line in command_line("contracts", "show", amara.contract_id).out.splitlines()
        if "  signed by" in line
    ]
    at = datetime.strptime(moments[0], "%Y-%m-%d %H:%M").replace(tzinfo=zone)
    assert timedelta(0) <= datetime.now(zone) - at < timedelta(minutes=5), "in the league's own time"
    family = command_line("families", "show", families[1].player_id)
    assert "Ida Hammond: guardian, no phone, no e-mail, gets e-mail, may sign" in family.out
    assert command_line("families", "show", 999).code == 1
