"""Two guardians who are one: their children, signatures and e-mails."""

from typing import Any

from sqlalchemy import func, insert, select

from bball_tui.database.engine import Database
from bball_tui.database.models import Guardian, Outbox, PlayerGuardian, Signature, Suppression
from bball_tui.database.states import OutboxState
from bball_tui.league.contracts.signing import SigningRequest, sign
from bball_tui.league.contracts.signing_rules import NamedGuardian
from bball_tui.league.merging.merge import MergeRequest, merge_people, preview_merge
from bball_tui.league.merging.people import Person
from bball_tui.league.merging.unmerge import unmerge_people
from bball_tui.league.roster.lists import list_players
from bball_tui.league.roster.rows import RosterFilter
from tests.league.merging.test_merge import LEFT_OUT, picture
from tests.support.factory import Parent, make_club, make_family

GUARDIAN = Person.GUARDIAN


async def test_children_signatures_and_emails_go_along_and_back(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        one = await make_family(session, club, first="Amara")
        other = await make_family(session, club, first="Ben", parents=(Parent("Rosie", email="rosie@families.test"),))
        (rosa,), (rosie,) = one.guardian_ids, other.guardian_ids
        both = {"player_id": one.player_id, "guardian_id": rosie, "may_sign": False, "position": 2}
        await session.execute(insert(PlayerGuardian).values(league_id=club.league_id, **both))
        for family, who in ((one, rosa), (other, rosie)):
            asked = SigningRequest(((family.contract_id, 1),), NamedGuardian(who))
            assert (await sign(session, club.league_id, asked)).signed
        no_more = {"league_id": club.league_id, "email": "rosie@families.test", "reason": "asked"}
        await session.execute(insert(Suppression).values(no_more))
    async with database.session() as session:
        before = await picture(session)
        effect = await preview_merge(session, club.league_id, GUARDIAN, rosa, rosie)
        assert (effect.signatures, effect.links, effect.shared_links) == (1, 2, 1)
        assert [field.name for field in effect.choices] == ["first_name", "email"]
        done = await merge_people(session, club.league_id, MergeRequest(GUARDIAN, rosa, rosie, {}))
        # Ben's welcome follows to the address that stays; Amara's is there already, and is not sent twice.
        assert done.notes == ("1 e-mail that had not left goes to rosa@families.test.",)
    async with database.session() as session:
        assert list(await session.scalars(select(Guardian.id))) == [rosa]
        assert set(await session.scalars(select(Signature.guardian_id))) == {rosa}
        assert set(await session.scalars(select(Signature.signer))) == {"Rosa Hamilton", "Rosie Hamilton"}
        links = (await session.scalars(select(PlayerGuardian).order_by(PlayerGuardian.player_id))).all()
        assert [(link.player_id, link.may_sign) for link in links] == [(one.player_id, False), (other.player_id, True)]
        waiting = select(Outbox.recipient, func.count()).where(Outbox.state == OutboxState.QUEUED)
        assert [tuple(row) for row in await session.execute(waiting.group_by(Outbox.recipient))] == [
            ("rosa@families.test", 2)
        ]
        assert await session.scalar(select(func.count()).select_from(Suppression)) == 1
        # A family that writes from the address of before is found, and so is the name.
        for text in ("rosie@families.test", "rosie"):
            found = await list_players(session, club.league_id, RosterFilter(text=text))
            assert {row.id for row in found} == {one.player_id, other.player_id}
        undone = await unmerge_people(session, club.league_id, GUARDIAN, rosie)
        assert undone.notes == ("2 e-mails that had not left go where they went before.",)
    async with database.session() as session:
        after = await picture(session)
        assert promises(after) == promises(before)
        assert after == before


async def test_the_other_guardian_gets_no_email_about_a_child_that_is_not_theirs(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        one = await make_family(session, club, first="Amara")
        other = await make_family(session, club, first="Ben", parents=(Parent("Rosie", email=None),))
        (rosa,), (rosie,) = one.guardian_ids, other.guardian_ids
        await merge_people(session, club.league_id, MergeRequest(GUARDIAN, rosa, rosie, {}))
    async with database.session() as session:
        asked = SigningRequest(((other.contract_id, 1),), NamedGuardian(rosa))
        assert (await sign(session, club.league_id, asked)).signed
    async with database.session() as session:
        undone = await unmerge_people(session, club.league_id, GUARDIAN, rosie)
        assert undone.notes == (
            "1 e-mail about Ben Hamilton to rosa@families.test, not Ben Hamilton's family, is canceled.",
        )
        states = await session.scalars(select(Outbox.state).where(Outbox.contract_id == other.contract_id))
        assert states.all() == [OutboxState.CANCELLED]


def promises(seen: dict[str, Any]) -> list[tuple[Any, ...]]:
    """What waits, for whom. That an e-mail went to another address and back is in its history."""
    kept = [one.name for one in Outbox.__table__.c if one.name not in LEFT_OUT]
    rows = [dict(zip(kept, row, strict=True)) for row in seen.pop("outbox")]
    return sorted((row["contract_id"], row["kind"], row["address"]) for row in rows if row["state"] == "queued")
