"""The outbox by keys, on a real database."""

import asyncio
from functools import partial

import msgspec
from sqlalchemy import select, text

from bball_tui.database.engine import Database
from bball_tui.database.models import Guardian, Outbox, ProviderGate
from bball_tui.league.contracts.welcome_state import WelcomeState
from bball_tui.league.undoing.take_back import list_undoable
from bball_tui.outbox.addresses import suppress
from bball_tui.outbox.mail_list import BucketName
from bball_tui.outbox.provider_gates import pause
from bball_tui.outbox.staff_actions import retry
from bball_tui.settings import SecretUrl, Settings
from bball_tui.tui.dialogs.bulk_run import CHUNK, BulkRun
from bball_tui.tui.dialogs.confirm import Confirm
from bball_tui.tui.dialogs.error_box import ErrorDialog
from bball_tui.tui.dialogs.new_address import NewAddress
from bball_tui.tui.dialogs.read_mail import ReadMail
from bball_tui.tui.dialogs.reason import Reason
from bball_tui.tui.dialogs.resolve_doubt import ResolveDoubt
from bball_tui.tui.tabs.counts_panel import Kind
from bball_tui.tui.tabs.mail_words import STATE_WORDS
from bball_tui.tui.tabs.outbox import OutboxPane
from tests.support.mails import accept, club_with_mails, doubt, fail, shut
from tests.tui.desk_host import PATIENCE, Desk, opened
from tests.tui.hands import resize

SMALL = (60, 20)


async def states(database: Database) -> dict[str, int]:
    async with database.session() as session:
        found = await session.execute(text("SELECT state, count(*) AS n FROM outbox GROUP BY 1"))
        return {row.state: row.n for row in found}


async def outbox(desk: Desk, *, kind: Kind | None = None) -> OutboxPane:
    """The outbox, with only mails of one kind."""
    await desk.press("5")
    await desk.until(lambda: isinstance(desk.app.desk.pane, OutboxPane) and desk.records.total is not None)
    pane = desk.app.desk.pane
    assert isinstance(pane, OutboxPane)
    await desk.until(lambda: bool(pane.panel.lines) and pane.sending is not None)
    if kind is not None:
        await look_at(desk, pane, kind)
    return pane


async def look_at(desk: Desk, pane: OutboxPane, kind: Kind) -> None:
    """Only mails of this kind, as Today leads to them."""
    pane.show_kind(kind)
    count = next(line.count for line in pane.panel.lines if line.kind == kind)
    await desk.until(lambda: desk.records.total == count)
    await desk.settle()


def on(desk: Desk, dialog: type) -> bool:
    return isinstance(desk.app.screen, dialog)


async def typed(desk: Desk, words: str) -> None:
    await desk.press(*("space" if one == " " else one for one in words))


async def test_a_whole_kind_is_tried_again_after_one_question_and_each_mail_is_queued_once(
    quiet: Settings, database: Database, marias_database: Database
) -> None:
    club, ids = await club_with_mails(database, 5)
    await fail(database, ids[:3], ago=7200)
    await fail(database, ids[3:4], error_class="render", code="", said="No such field")
    kind = Kind("failed", "no_such_mailbox")
    async with opened(quiet) as desk:
        pane = await outbox(desk)
        for _ in range(20):
            await desk.press("]")
            if pane.kind == kind:
                break
        assert pane.kind == kind
        await desk.until(lambda: desk.records.total == 3)
        # It stays chosen while causes come and go.
        await fail(database, ids[4:], error_class="auth", code="535", said="no")
        await desk.until(lambda: any(line.kind == Kind("failed", "login") for line in pane.panel.lines))
        assert (pane.kind, desk.records.total) == (kind, 3)

        await desk.press("R")
        await desk.shows("Try 3 e-mails again", "no such mailbox", "The oldest: failed since")
        await desk.press("enter")  # on Cancel: nothing happens
        await desk.until(lambda: desk.app.screen is desk.app.desk)
        assert await states(database) == {"dead": 5}
        await desk.press("R")
        await desk.shows("Try 3 e-mails again")
        await fail(database, ids[4:])  # what failed since the question is not tried
        await desk.press("y")
        await desk.shows("3 e-mails back in")
        assert await states(database) == {"dead": 2, "queued": 3}
        await desk.until(lambda: desk.app.screen is desk.app.desk)

        # A colleague is quicker with some of them.
        await fail(database, ids)
        await desk.until(lambda: pane.kind == kind and desk.records.total == 5)
        await desk.press("R")
        await desk.shows("Try 5 e-mails again", "5 e-mails, failed because of: no such mailbox.")
        async with marias_database.session() as session:
            assert len((await retry(session, club.league_id, ids[:3])).done) == 3
        await desk.press("y")
        await desk.shows("2 back in the queue", "3 not done:", "is due already")
        await desk.press("escape")
        # None is left of this cause: what is listed is still of it, and not of all that failed.
        await desk.until(lambda: desk.app.screen is desk.app.desk and desk.records.total == 0)
        await desk.until(lambda: all(line.kind != kind for line in pane.panel.lines))
        assert (pane.kind, [chip.label for chip in pane.chips()]) == (kind, ["no such mailbox"])
    async with database.session() as session:
        query = text("SELECT entity_id FROM audit WHERE action = 'outbox_retried' ORDER BY 1")
        assert list(await session.scalars(query)) == sorted([*ids[:3], *ids])


async def test_a_bulk_retry_stops_in_the_middle_and_says_what_was_done(quiet: Settings, database: Database) -> None:
    _, (first,) = await club_with_mails(database, 1)
    async with database.session() as session:
        await session.execute(
            text(
                "INSERT INTO outbox (league_id, kind, contract_id, recipient, dedupe_key, message_id, payload, state, "
                "finalized_at, error_class) SELECT league_id, kind, contract_id, n || '@many.test', 'k:0:0:' || n, "
                "'<' || n || '@x.test>', payload, 'dead', now(), 'permanent' FROM outbox, generate_series(1, 299) AS n"
            )
        )
    await fail(database, [first])
    ids = sorted(await _ids(database))
    async with opened(quiet) as desk:
        await outbox(desk, kind=Kind("failed"))
        async with database.session() as colleague:
            # A colleague holds one mail of the fourth portion: there the run stands still.
            await colleague.execute(select(Outbox.id).where(Outbox.id == ids[3 * CHUNK]).with_for_update())
            await desk.press("R")
            await desk.shows("Try 300 e-mails again")
            await desk.press("y")
            await desk.shows(f"{3 * CHUNK} of 300")
            await desk.press("escape")
            await desk.shows("Stopping after these")
        await desk.shows(f"{4 * CHUNK} back in the queue", f"{300 - 4 * CHUNK} not reached")
        assert on(desk, BulkRun)
        await desk.press("escape")
        await desk.until(lambda: desk.app.screen is desk.app.desk)
    assert await states(database) == {"queued": 4 * CHUNK, "dead": 300 - 4 * CHUNK}
    async with database.session() as session:
        act = (await list_undoable(session, 1))[0]
        assert (act.words, act.again) == (f"{4 * CHUNK} e-mails: retried", 4 * CHUNK), "one act"


async def _ids(database: Database) -> list[int]:
    async with database.session() as session:
        return list(await session.scalars(select(Outbox.id)))


async def test_of_a_mixed_selection_only_what_waits_is_touched_put_aside_and_brought_back(
    quiet: Settings, database: Database
) -> None:
    _, ids = await club_with_mails(database, 4)
    await fail(database, ids[:2])
    async with database.session() as session:
        await session.execute(
            text("UPDATE outbox SET state = 'cancelled', finalized_at = now() WHERE id = :id"), {"id": ids[2]}
        )
    async with opened(quiet) as desk:
        pane = await outbox(desk)
        await desk.press("a")
        await desk.until(lambda: len(desk.records.selected) == 4)
        await desk.press("C")
        await desk.shows(
            "3 e-mails: not sent, and not tried again.", "1 of the selected e-mails is not waiting and stays as it is."
        )
        await desk.press("escape")
        await desk.until(lambda: desk.app.screen is desk.app.desk)
        await desk.press("r")
        await desk.shows("Try 3 e-mails again", "1 of the selected e-mails is not waiting and stays as it is.")
        await desk.press("enter")
        await desk.shows("2 back in the queue", "1 not done")
        await desk.press("escape")
        await desk.until(lambda: desk.app.screen is desk.app.desk)
        assert not desk.records.selected, "what was refused does not stay selected either"
        assert await states(database) == {"queued": 3, "cancelled": 1}

        await desk.until(lambda: any(line.kind == Kind("queued") and line.count == 3 for line in pane.panel.lines))
        await look_at(desk, pane, Kind("queued"))
        await desk.press("a")
        await desk.until(lambda: len(desk.records.selected) == 3)
        await desk.press("z")
        await desk.until(lambda: on(desk, Reason))
        await typed(desk, "later")
        await desk.press("enter")
        await desk.shows("3 e-mails set aside.")
        await desk.until(lambda: any(line.kind == Kind("parked") and line.count == 3 for line in pane.panel.lines))
        assert await states(database) == {"dead": 3, "cancelled": 1}
        await look_at(desk, pane, Kind("parked"))
        await desk.press("r")
        await desk.shows("Send 1 e-mail now", "1 e-mail was set aside by staff.")
        await desk.press("enter")  # means no
        await desk.until(lambda: desk.app.screen is desk.app.desk)
        assert await states(database) == {"dead": 3, "cancelled": 1}
        await desk.press("r")
        await desk.until(lambda: on(desk, Confirm))
        await desk.press("y")
        await desk.shows("1 e-mail back in the queue.", "u undoes it.")
        assert await states(database) == {"dead": 2, "queued": 1, "cancelled": 1}
        await accept(database, [ids[0], ids[1], ids[3]])  # nothing goes back anymore
        await desk.until(lambda: "undoes it." not in desk.text)


async def test_who_tried_again_hears_of_what_failed_once_more(quiet: Settings, database: Database) -> None:
    _, ids = await club_with_mails(database, 3)
    await fail(database, ids)
    async with opened(quiet) as desk:
        await outbox(desk, kind=Kind("failed"))
        await desk.press("end", "r")
        await desk.shows("1 e-mail back in the queue.")
        async with database.session() as session:
            tried = list(await session.scalars(select(Outbox.id).where(Outbox.state == "queued")))
        await fail(database, tried)
        await desk.until(
            lambda: said(desk, "p0@families.test failed again: no such mailbox. Ask the family for another")
        )
        await desk.until(lambda: desk.records.total == 3)
        await desk.press("R")
        await desk.until(lambda: on(desk, Confirm))
        await desk.press("y")
        await desk.shows("3 e-mails back in the queue")
        await fail(database, ids[1:2])
        await desk.until(lambda: said(desk, "p1@families.test failed again: no such mailbox."))
        await fail(database, ids[2:], said="Mailbox full", code="552 5.2.2")
        await desk.until(lambda: said(desk, "2 e-mails failed again, because of: no such mailbox and mailbox full."))
        assert not said(desk, "p1@families.test failed again")


def said(desk: Desk, text: str) -> bool:
    """Whether a message says it, in however many lines."""
    return any(text in toast.message for toast in desk.app._notifications)


async def test_a_held_email_is_sent_only_after_a_question_read_before_it_is_written_and_after_and_its_address_fixed(
    quiet: Settings, database: Database
) -> None:
    _, ids = await club_with_mails(database, 1)
    async with database.session() as session:
        await session.execute(text("UPDATE outbox SET available_at = now() + interval '1 hour'"))
    still_held = text("SELECT available_at > now() FROM outbox WHERE id = :id")
    async with opened(quiet) as desk:
        await outbox(desk)
        await desk.press("r")
        await desk.shows("Send 1 e-mail now", "1 e-mail is held and can still be undone", "p0@families.test")
        async with database.session() as session:
            assert await session.scalar(still_held, {"id": ids[0]})
        await desk.press("y")
        await desk.shows("1 e-mail back in the queue.")
        async with database.session() as session:
            assert not await session.scalar(still_held, {"id": ids[0]})
        await desk.until(lambda: desk.app.screen is desk.app.desk)
        await desk.press("p")
        await desk.until(lambda: on(desk, ReadMail))
        await desk.shows("It is not written yet", "p0@families.test", "Subject:", "Hawks U12")
        await desk.press("p")
        await desk.until(lambda: desk.app.screen is desk.app.desk)
        async with database.session() as session:
            await session.execute(
                text(
                    "INSERT INTO outbox_message (outbox_id, league_id, subject, mime, sha256) "
                    "SELECT id, league_id, 'Kept', convert_to(:mime, 'UTF8'), sha256(convert_to(:mime, 'UTF8')) "
                    "FROM outbox WHERE id = :id"
                ),
                {"id": ids[0], "mime": "Subject: Kept [red]\r\nTo: x@y.test\r\n\r\nEsc\x1b[2Jape\r\n"},
            )
        await desk.press("p")
        await desk.shows("as it was written", "Kept [red]", "Esc␛[2Jape")
        assert "\x1b" not in desk.text
        await desk.press("p")
        await desk.until(lambda: desk.app.screen is desk.app.desk)

        await fail(database, ids)
        await resize(desk.pilot, SMALL)
        await desk.until(lambda: getattr(desk.records.current, "state", "") == "dead")
        await desk.press("e")
        await desk.until(lambda: on(desk, NewAddress))
        await desk.shows("Rosa Hamilton gets the new address")
        await desk.press("enter")
        await desk.shows("has already")
        await desk.press("home", *("delete",) * 2)
        await typed(desk, "rosa")
        await desk.press("enter")
        await desk.until(lambda: desk.app.screen is desk.app.desk)
        await desk.shows("rosa@families.test")
    async with database.session() as session:
        assert (await session.scalars(select(Guardian.email))).all() == ["rosa@families.test"]
    assert await states(database) == {"cancelled": 1, "queued": 1}


async def test_a_doubt_is_resolved_by_one_key_and_by_no_slip(quiet: Settings, database: Database) -> None:
    _, ids = await club_with_mails(database, 2)
    await doubt(database, ids)
    async with opened(quiet) as desk:
        await outbox(desk, kind=Kind("in_doubt"))
        for key, why in (
            ("R", "decided one by one"),
            ("r", "Only failed or waiting e-mails"),
            ("O", "nothing to try"),
        ):  # what makes no sense here says why, each for a few seconds
            await desk.press(key)
            await desk.until(partial(said, desk, why))
        assert not on(desk, ErrorDialog)
        for key, then in (
            ("escape", {"in_doubt": 2}),
            ("enter", {"in_doubt": 2}),
            ("a", {"in_doubt": 1, "sent": 1}),
            ("s", {"queued": 1, "sent": 1}),
        ):
            await desk.press("d")
            await desk.until(lambda: on(desk, ResolveDoubt))
            await desk.press(key)
            await desk.until(lambda: desk.app.screen is desk.app.desk)
            await desk.settle()
            async with asyncio.timeout(PATIENCE):
                while await states(database) != then:
                    await desk.settle()
            await desk.until(partial(lambda left: desk.records.total == left, then.get("in_doubt", 0)))


async def test_a_gate_is_opened_by_key_and_all_sending_is_paused_and_resumed_also_by_a_colleague(
    quiet: Settings, database: Database, marias_database: Database
) -> None:
    club, _ = await club_with_mails(database, 3)
    await shut(database, club)
    async with opened(quiet) as desk:
        await outbox(desk)
        await desk.shows("Gmail's daily limit is used up; 3 e-mails wait")
        await desk.press("O")
        await desk.until(lambda: on(desk, Confirm))
        await desk.shows("5.4.5 Daily limit exceeded")
        await desk.press("y")
        await desk.until(lambda: desk.app.screen is desk.app.desk and "daily limit is used up" not in desk.text)

        await desk.press("P")
        await desk.shows("Pause all sending", "3 e-mails will wait")
        await desk.press("y")
        await desk.shows("Sending is paused by", "since", "P resumes.")
        await desk.press("P")
        await desk.shows("Sending goes on at once")
        await desk.press("enter")
        await desk.until(lambda: "Sending is paused by" not in desk.text)
        async with database.session() as session:
            assert set(await session.scalars(select(ProviderGate.state))) == {"closed"}
        async with marias_database.session() as session:
            await pause(session, club.league_id)
        await desk.shows("Sending is paused by maria since", "P resumes.")


async def test_hostile_causes_addresses_and_reasons_are_shown_literally(quiet: Settings, database: Database) -> None:
    evil = "[@click=app.quit]x[/] \x1b[2J\u202eevil " + "long" * 40
    club, ids = await club_with_mails(database, 3)
    await fail(database, ids[:1], said=evil)
    async with database.session() as session:
        await session.execute(
            text("UPDATE outbox SET recipient = '[red]bold[/red]@families.test' WHERE id = :id"), {"id": ids[0]}
        )
    await shut(database, club, provider="smtp:[b]evil[/b]:25", cause="auth", reason=evil)
    async with opened(quiet, SMALL) as desk:
        await outbox(desk)
        await desk.press("G")
        await desk.until(lambda: desk.records.current is not None)
        for key, dialog in (("enter", None), ("escape", None), ("O", Confirm), ("escape", None), ("z", Reason)):
            await desk.press(key)
            if dialog is not None:
                await desk.until(partial(on, desk, dialog))
            await desk.settle()
            assert not any(character in desk.text for character in "\x1b\x9b\u202e")
        await typed(desk, "[red]why")
        await desk.press("enter")
        await desk.shows("set aside")
        await desk.press("e")
        await desk.until(lambda: on(desk, NewAddress))
        assert not any(character in desk.text for character in "\x1b\x9b\u202e")
        await desk.press("escape")
        await desk.until(lambda: desk.app.screen is desk.app.desk)
        assert desk.app.is_running


async def test_what_only_a_folder_has_goes_out_for_real_after_the_number_was_typed(
    quiet: Settings, database: Database
) -> None:
    club, ids = await club_with_mails(database, 3)
    await accept(database, ids[:1])
    async with database.session() as session:
        written = "UPDATE outbox SET state = 'sent', finalized_at = now(), claims = 1, attempts = 1, provider = :folder"
        await session.execute(text(f"{written} WHERE id = ANY(:ids)"), {"ids": ids[1:], "folder": "maildir"})
        await suppress(session, club.league_id, "p1@families.test", "asked us to stop")
    async with opened(quiet) as desk:
        await outbox(desk, kind=Kind("in_folder"))
        await desk.press("S")
        await desk.until(lambda: on(desk, ErrorDialog))
        await desk.shows("No mail server is set up yet")
        await desk.press("escape")
        await desk.until(lambda: desk.app.screen is desk.app.desk)
        assert desk.app.connection is not None
        served = msgspec.structs.replace(quiet, mail_url=SecretUrl("smtp://office@mail.example.org:587"))
        desk.app.connection.settings = served  # as the set-up of a mail server does
        await desk.press("S")
        await desk.until(lambda: on(desk, Confirm))
        await desk.shows("Send 1 e-mail for real", "1 welcome e-mail", "1 e-mail stays: the address is blocked.")
        await desk.press("1", "enter")
        await desk.shows("1 e-mail queued to go out")  # the end of it is on a second line in a narrow window
        assert await states(database) == {"sent": 2, "queued": 1}


def test_a_state_has_one_name_in_the_list_beside_it_and_in_files() -> None:
    for bucket in BucketName:
        assert STATE_WORDS[bucket].text.split(" ", 1)[1] == bucket.words
    assert STATE_WORDS.keys() == set(BucketName)
    for state in set(WelcomeState) & set(BucketName):
        assert WelcomeState(state).words == BucketName(state).words
