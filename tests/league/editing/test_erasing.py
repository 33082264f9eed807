"""Who was erased is found in no byte anymore, and what happened still counts."""

import asyncio
import json
import subprocess
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import psycopg
import pytest
from sqlalchemy import Date, Text, func, insert, select, text
from sqlalchemy.dialects.postgresql import BYTEA

from bball_tui.database.audit import Entry, record
from bball_tui.database.backup import dump
from bball_tui.database.engine import Database
from bball_tui.database.models import (
    Audit,
    Base,
    Contract,
    FamilyNote,
    Guardian,
    Outbox,
    Player,
    PlayerGuardian,
    SavedFilter,
    Signature,
    Suppression,
)
from bball_tui.database.pg_ctl import program
from bball_tui.database.states import DateOrder, NoteKind, OutboxState
from bball_tui.delivery.worker import Worker
from bball_tui.errors import BballError
from bball_tui.league.contracts.correcting import CorrectionRequest, correct
from bball_tui.league.contracts.signing import SigningRequest, sign
from bball_tui.league.editing.erasing import erase, preview_guardian, preview_player
from bball_tui.league.editing.guardians import load_guardian, save_guardian
from bball_tui.league.editing.outcome import Saved
from bball_tui.league.editing.players import load_player, save_player
from bball_tui.league.filters.attention import Attention
from bball_tui.league.header_numbers import read_header_numbers
from bball_tui.league.mails.audience import Audience
from bball_tui.league.mails.messages import Message, send_message
from bball_tui.league.merging.merge import MergeRequest, merge_people
from bball_tui.league.merging.people import Person
from bball_tui.league.papers.scan_file import scan_file
from bball_tui.league.roster.lists import list_contracts, list_players
from bball_tui.league.roster.notes import NewNote, add_note, strike_note
from bball_tui.league.roster.rows import RosterFilter
from bball_tui.league.rules.store import read_rules, write_rules
from bball_tui.league.timeline.read import contract_detail
from bball_tui.league.today import read_day
from bball_tui.mail.from_address import Outgoing
from bball_tui.mail.transports import open_transport, remove_kept
from bball_tui.outbox.bounces import Returned, note_bounce
from bball_tui.outbox.counts import buckets
from bball_tui.outbox.mail_list import BucketName, OutboxFilter, list_items
from bball_tui.settings import SecretUrl, Settings
from tests.support.factory import Club, Family, Parent, make_club, make_family

SECRETS = (
    "Zephyrine", "Zephyrina", "Zeph Quillfeather", "Quillfeather", "Ottoline", "zq@families.test",
    "old@families.test", "5035550188", "2015-05-12", "who left for Ohio",
)  # fmt: skip
SOON = datetime.now(UTC).date() + timedelta(days=9)
PDF = b"%PDF-1.7\nZephyrine Quillfeather signed here\n"


TO_OTHERS = text(
    """
    INSERT INTO outbox (league_id, kind, contract_id, recipient, dedupe_key, message_id, payload, available_at)
    VALUES (:league, 'welcome', :contract, 'others@families.test', 'welcome:1:1:others', '<others@x.test>',
            CAST(:payload AS jsonb), now() + interval '1 hour')
    """
)
FROZEN = text(
    """
    INSERT INTO outbox_message (outbox_id, league_id, subject, mime, sha256)
    SELECT id, league_id, 'Hello', CAST(:mime AS bytea), sha256(CAST(:mime AS bytea))
    FROM outbox WHERE message_id = '<others@x.test>'
    """
)
RULES = text("UPDATE league SET rules = CAST(:rules AS jsonb) WHERE id = :league")


def found(url: SecretUrl, folder: Path, mails: Path) -> set[str]:
    """Which of the secrets stand anywhere in the database's dump or in the mail folder, in plain text or as hex."""
    file = folder / f"{len(list(folder.iterdir()))}.dump"
    dump(url, file)
    command: list[str | Path] = [program("pg_restore"), "--data-only", "--file=-", file]
    everything = subprocess.run(command, check=True, capture_output=True).stdout.lower()
    everything += b"".join(path.read_bytes() for path in mails.rglob("*") if path.is_file()).lower()
    return {one for one in SECRETS if one.lower().encode() in everything or one.encode().hex().encode() in everything}


async def story(database: Database, settings: Settings) -> tuple[Club, Family, Family]:
    """A family about whom there is everything that there can be, and one that shares a parent with it."""
    async with database.session() as session:
        club = await make_club(session, hold_seconds=0)
        family = await make_family(
            session, club, first="Zephyrina", last="Quillfeather", jersey="77",
            parents=(
                Parent("Ottoline", "Quillfeather", "old@families.test"),
                Parent("Ben", "Marsh", "ben@families.test"),
            ),
        )  # fmt: skip
        other = await make_family(session, club, first="Ida", last="Marsh", birthdate=date(2014, 1, 2), parents=())
        await session.execute(
            insert(PlayerGuardian).values(
                league_id=club.league_id, player_id=other.player_id, guardian_id=family.guardian_ids[1]
            )
        )
        base = await load_player(session, club.league_id, family.player_id, DateOrder.YMD)
        draft = replace(base.draft, first_name="Zephyrine")
        assert isinstance(await save_player(session, club.league_id, draft, order=DateOrder.YMD, base=base), Saved)
        parent = await load_guardian(session, club.league_id, family.player_id, family.guardian_ids[0])
        corrected = replace(parent.draft, email="zq@families.test", phone="+1 5035550188", language="es")
        saved = await save_guardian(session, club.league_id, family.player_id, corrected, base=parent)
        assert isinstance(saved, Saved)
    async with database.session() as session:
        said = NewNote(family.player_id, family.guardian_ids[0], NoteKind.CALL, "who left for Ohio", SOON)
        await strike_note(session, club.league_id, await add_note(session, club.league_id, said), "who left for Ohio")
        await add_note(session, club.league_id, said)
        twin = await make_family(
            session, club, first="Zeph", last="Quillfeather", parents=(Parent("Otti", "Quillfeather", None),)
        )
        for who, stays, goes in (
            (Person.PLAYER, family.player_id, twin.player_id),
            (Person.GUARDIAN, family.guardian_ids[0], twin.guardian_ids[0]),
        ):
            await merge_people(session, club.league_id, MergeRequest(who, stays, goes, {}))
    async with database.session() as session:
        scans = ((family.contract_id, scan_file("Zephyrine Quillfeather.pdf", PDF)),)
        signing = SigningRequest(((family.contract_id, 1), (other.contract_id, 1)), scans=scans)
        assert (await sign(session, club.league_id, signing)).refused == ()
        note = CorrectionRequest(((family.contract_id, 2),), reason="who left for Ohio", note="who left for Ohio")
        assert (await correct(session, club.league_id, note)).refused == ()
        # To the parent who stays it is about both children, and belongs to the contract of the one who stays.
        both = Audience("2 contracts", contract_ids=(family.contract_id, other.contract_id))
        await send_message(session, club.league_id, Message(both, "About {{ player }}", "Dear family of {{ player }}"))
    transport = open_transport(settings)
    assert (await Worker(database, club.league_id, settings, transport).drain()).sent == 5
    await transport.close()
    async with database.session() as session:
        to = select(Outbox).where(Outbox.recipient == "zq@families.test", Outbox.kind == "contract_signed")
        sent = (await session.scalars(to)).one()
        await session.execute(text("UPDATE outbox SET provider = 'smtp:x' WHERE id = :id"), {"id": sent.id})
        returned = Returned(
            key="for zq@families.test", message_id=sent.message_id, addresses=("zq@families.test",), subject=None,
            permanent=True, status="5.1.1", diagnostic="zq@families.test unknown", reporter="x.test", reported_at=None,
        )  # fmt: skip
        await note_bounce(session, club.league_id, returned, block=True)
        await session.execute(
            insert(SavedFilter).values(
                league_id=club.league_id,
                list="players",
                name="mine",
                choices={"search": "Zephyrine Quillfeather"},
            )
        )
        # What others were written, and what was noted about another child when this one was called otherwise.
        named = {
            "league": club.league_id, "contract": other.contract_id,
            "payload": '{"text": "Player of the week: Zephyrine Quillfeather"}',
            "mime": b"Message-ID: <others@x.test>\r\nSubject: Zephyrine Quillfeather\r\n\r\nof the week",
        }  # fmt: skip
        await session.execute(TO_OTHERS, named)
        await session.execute(FROZEN, named)
        await session.execute(
            insert(FamilyNote).values(
                league_id=club.league_id, player_id=other.player_id, kind="note", body="Zephyrina Quillfeather bit her"
            )
        )
        for child, guardian, body in (
            (other.player_id, None, "Zephyrine hit her"),
            (None, family.guardian_ids[1], "Ottoline and Zephyrina moved; Marsh stays"),
        ):
            await session.execute(insert(FamilyNote).values(
                league_id=club.league_id, player_id=child, guardian_id=guardian, kind="note", body=body
            ))  # fmt: skip
        search = {"search": "quillfeather"}
        await session.execute(
            insert(SavedFilter).values(league_id=club.league_id, list="players", name="half", choices=search)
        )
        for why in ("Zephyrine is in third grade", "Zephyrina who left for Ohio"):
            excepted = {str(twin.player_id): why, str(other.player_id): "a grade up"}
            await session.execute(RULES, {"league": club.league_id, "rules": json.dumps({"exceptions": excepted})})
            rules = await read_rules(session, club.league_id)
            assert rules.exceptions == {str(family.player_id): why, str(other.player_id): "a grade up"}, "merged"
            await write_rules(session, club.league_id, msgspec.structs.replace(rules, roster_limit=len(why)))
        entry = Entry("roster_imported", "league", club.league_id, after={"failed": ["Quillfeather, Zephyrine"]})
        await record(session, club.league_id, [entry])
    return club, family, other


async def test_every_column_of_a_person_is_emptied(database: Database, settings: Settings) -> None:
    """Also one that comes later: it has to be in the story, and the function has to know it by name."""
    club, family, _ = await story(database, settings)

    async def said() -> dict[str, object]:
        async with database.session() as session:
            child = await session.get_one(Player, family.player_id)
            parent = await session.get_one(Guardian, family.guardian_ids[0])
        columns = [column for table in (Player, Guardian) for column in table.__table__.columns]
        told = [one for one in columns if isinstance(one.type, Text | Date) and one.computed is None]
        people = {Player.__tablename__: child, Guardian.__tablename__: parent}
        return {str(one): getattr(people[one.table.name], one.name) for one in told}

    before = await said()
    assert [one for one, value in before.items() if not value] == ["player.archived_by"], "told in the story"
    async with database.session() as session:
        await erase(session, club.league_id, await preview_player(session, club.league_id, family.player_id))
    after = await said()
    assert [one for one, value in before.items() if value and after[one] == value] == []


@pytest.mark.slow
async def test_nothing_of_who_they_were_is_left_and_counts_stand(
    database: Database, owner_url: SecretUrl, settings: Settings, tmp_path: Path
) -> None:
    club, family, other = await story(database, settings)
    mails, dumps = settings.data_dir / "mail", tmp_path / "dumps"
    dumps.mkdir()
    assert await asyncio.to_thread(found, owner_url, dumps, mails) == set(SECRETS)

    async def counts() -> list[int]:
        async with database.session() as session:
            tables = [
                table
                for table in Base.metadata.sorted_tables
                if table.name not in ("audit", "erasure", "league_channel", "league_member", "player_guardian")
            ]
            return [await session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]

    before = await counts()
    async with database.session() as session:
        seen = await preview_player(session, club.league_id, family.player_id)
        assert (seen.who, seen.also, seen.staying, seen.count) == (
            "Zephyrine Quillfeather", ("Ottoline Quillfeather",), ("Ben Marsh",), 2,
        )  # fmt: skip
        assert (seen.contracts, seen.signatures, seen.scans, seen.mails, seen.unsent) == (2, 2, 1, 4, 0)
        gone = await erase(session, club.league_id, seen)
    assert await asyncio.to_thread(remove_kept, settings, gone) == 4
    async with database.session() as session:
        echo = (await session.scalars(select(Outbox).where(Outbox.recipient == "others@families.test"))).one()
        assert (echo.state, echo.payload) == (OutboxState.CANCELLED, {"text": "Player of the week: (erased)"})
        # The parent who stays has no other child anymore.
        assert (await session.scalars(select(PlayerGuardian.player_id))).all() == [other.player_id]
        assert (await read_rules(session, club.league_id)).exceptions == {str(other.player_id): "a grade up"}
        notes = (await session.scalars(select(FamilyNote.body).where(FamilyNote.body != "(erased)"))).all()
        assert set(notes) == {"(erased) bit her", "(erased) hit her", "(erased) and (erased) moved; Marsh stays"}
    assert await asyncio.to_thread(found, owner_url, dumps, mails) == set()
    assert await counts() == before

    async with database.session() as session:
        # The screens can still be read, and the other child has everything.
        rows = await list_players(session, club.league_id, RosterFilter(club.season_id))
        names = {f"{row.first_name} {row.last_name}" for row in rows}
        assert names == {"Ida Marsh"}
        detail = await contract_detail(session, club.league_id, family.contract_id, Outgoing(True))
        assert any("signed by (erased)" in event.text for event in detail.trace)
        kept = await contract_detail(session, club.league_id, other.contract_id, Outgoing(True))
        assert any("signed by Ben Marsh" in event.text for event in kept.trace)
        assert await session.scalar(select(func.count()).select_from(Contract).where(Contract.status == "signed")) == 2
        assert await session.scalar(select(Audit.action).order_by(Audit.id.desc()).limit(1)) == "erased"
        blocked = (await session.scalars(select(Suppression.email))).all()
        assert all(one.endswith("@erased.invalid") for one in blocked)
    # Whatever is written once stays so for everybody else, and afterwards.
    with psycopg.connect(owner_url.reveal()) as owner, pytest.raises(psycopg.IntegrityError, match="never changed"):
        owner.execute("UPDATE signature SET signer = 'Somebody Else'")


async def test_nobody_is_sent_after_somebody_who_was_erased(database: Database, settings: Settings) -> None:
    """What stands of them counts; it is no work for anybody."""
    club, family, other = await story(database, settings)
    lists = [RosterFilter(club.season_id, troubles=(one,), archived=None) for one in Attention]
    came_back = OutboxFilter(bucket=BucketName.BOUNCED)

    async def found() -> tuple[set[int], set[int], int, int, int]:
        async with database.session() as session:
            day = await read_day(session, club.league_id, club.season_id, Outgoing(True))
            header = await read_header_numbers(session, club.league_id, club.season_id)
            return (
                {row.id for wanted in lists for row in await list_contracts(session, club.league_id, wanted)},
                {row.id for wanted in lists for row in await list_players(session, club.league_id, wanted)},
                sum(heap.count for heap in day.mails.bounced),
                header.needs_attention,
                len(await list_items(session, club.league_id, came_back)),
            )

    contracts, players, *mails = await found()
    assert family.contract_id in contracts
    assert family.player_id in players
    assert mails == [1, 1, 1]
    async with database.session() as session:
        await erase(session, club.league_id, await preview_player(session, club.league_id, family.player_id))
    contracts, players, *mails = await found()
    assert contracts == {other.contract_id}
    assert players == {other.player_id}
    assert mails == [0, 0, 0]
    async with database.session() as session:
        counts = {one.name: one.count for one in await buckets(session, club.league_id)}
        assert counts["bounced"] == 0


def test_no_column_of_bytes_is_forgotten() -> None:
    """Texts are found by the catalog; what is in bytes the function must know by name."""
    columns = (column for table in Base.metadata.tables.values() for column in table.columns)
    assert {str(column) for column in columns if isinstance(column.type, BYTEA)} == {
        "outbox_message.mime", "scan.content",  # emptied
        "outbox_message.sha256", "scan.sha256", "signature.evidence_sha256", "import_mapping.signature", "erasure.mark",
    }  # fmt: skip


async def test_who_still_waits_is_not_erased_and_nor_is_whom_an_email_is_on_its_way_to(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        family = await make_family(session, club)
    async with database.session() as session:
        seen = await preview_player(session, club.league_id, family.player_id)
        with pytest.raises(BballError, match=r"still has 1 contract on which nobody decided\. Void it first"):
            await erase(session, club.league_id, seen)
        await sign(session, club.league_id, SigningRequest(((family.contract_id, 1),), hold_seconds=0))
        await session.execute(
            text(
                "UPDATE outbox SET state = 'sending', claim_token = gen_random_uuid(), claims = 1,"
                " lease_until = now() + interval '1 minute'"
            )
        )
    with pytest.raises(BballError, match="being sent right now"):
        async with database.session() as session:
            await erase(session, club.league_id, await preview_player(session, club.league_id, family.player_id))
    async with database.session() as session:
        assert await session.scalar(select(Player.first_name)) == "Amara"


async def test_a_parent_alone(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session, hold_seconds=600)
        family = await make_family(session, club)
        await sign(session, club.league_id, SigningRequest(((family.contract_id, 1),)))
    async with database.session() as session:
        seen = await preview_guardian(session, club.league_id, family.guardian_ids[0])
        said = seen.sentences()
        assert "1 e-mail that has not left is canceled." in said
        assert "still have the names: delete what you no longer need." in said[-2]
        assert said[-1] == "When this program puts an older backup in the place of this database, it erases them again."
        await erase(session, club.league_id, seen)
    async with database.session() as session:
        assert await session.scalar(select(Player.first_name)) == "Amara"
        parent = (await session.execute(select(Guardian.first_name, Guardian.email, Guardian.phone))).one()
        assert tuple(parent) == ("Erased", None, None)
        mail = (await session.execute(select(Outbox.state, Outbox.recipient))).one()
        assert (mail.state, mail.recipient.endswith("@erased.invalid")) == (OutboxState.CANCELLED, True)
        assert await session.scalar(select(Signature.signer)) == "(erased)"
