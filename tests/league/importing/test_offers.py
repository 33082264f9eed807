"""What was previewed is what is written; and the offers that an import makes: their due date, their mails."""

import pytest

from bball_tui.database.states import ContractStatus
from bball_tui.errors import BballError
from bball_tui.league.importing.remarks import remarks
from bball_tui.league.importing.service import ImportOptions, PreviewMoved
from tests.league.importing.support import Desk

ANN = "Hawks,Ann,Lee,2015-01-02,7,Rosa,Lee,rosa@x.test,555-0101,Carl,Roe,carl@y.test"
BEN = "Hawks,Ben,Fox,2015-01-02,8,Uma,Fox,,555-0102"
MAILS = "SELECT kind, recipient, payload ->> 'due_on' FROM outbox WHERE league_id = :league ORDER BY recipient"


@pytest.mark.slow
async def test_only_what_was_previewed_is_imported(desk: Desk) -> None:
    await desk.good(ANN)
    corrected = ANN.replace("rosa@", "new@")
    preview = await desk.bring_in(corrected, BEN, options=ImportOptions(dry_run=True))
    assert preview.digest == (await desk.bring_in(corrected, BEN, options=ImportOptions(dry_run=True))).digest
    await desk.rows("UPDATE guardian SET phone = '555-0199', version = version + 1 WHERE email = 'rosa@x.test'")
    with pytest.raises(PreviewMoved, match="new preview"):
        await desk.bring_in(corrected, BEN, options=ImportOptions(expect=preview.digest))
    assert list(await desk.families()) == ["Ann Lee"]
    again = await desk.bring_in(corrected, BEN, options=ImportOptions(dry_run=True))
    assert again.digest != preview.digest
    await desk.good(corrected, BEN, options=ImportOptions(expect=again.digest))
    assert list(await desk.families()) == ["Ann Lee", "Ben Fox"]


@pytest.mark.parametrize(
    "options",
    [
        ImportOptions(contract_status=ContractStatus.DRAFT),
        ImportOptions(season="Fall"),
        ImportOptions(due="2099-01-02"),
    ],
)
async def test_other_choices_are_another_preview(desk: Desk, options: ImportOptions) -> None:
    preview = await desk.bring_in(ANN, options=ImportOptions(dry_run=True))
    assert (await desk.bring_in(ANN, options=options)).digest != preview.digest


async def test_new_offers_get_the_due_date_and_those_that_exist_keep_theirs(desk: Desk) -> None:
    await desk.good(ANN)
    await desk.good(ANN, BEN, options=ImportOptions(due="2099-03-24"))
    due = await desk.rows("SELECT due_on::text FROM contract WHERE league_id = :league ORDER BY id")
    assert due == [(None,), ("2099-03-24",)]


@pytest.mark.parametrize(
    ("due", "status", "words"),
    [
        ("soon", ContractStatus.OFFERED, "“soon”"),
        ("2020-01-02", ContractStatus.OFFERED, "in the past"),
        ("2099-01-02", ContractStatus.DRAFT, "A draft has no due date"),
    ],
)
async def test_a_due_date_that_cannot_be_is_refused(desk: Desk, due: str, status: ContractStatus, words: str) -> None:
    with pytest.raises(BballError, match=words):
        await desk.bring_in(ANN, options=ImportOptions(due=due, contract_status=status))
    assert await desk.contracts() == {}


async def test_the_preview_counts_the_mails_that_go_out(desk: Desk) -> None:
    await desk.rows("UPDATE league SET mail_offers = true WHERE id = :league")
    options = ImportOptions(dry_run=True, due="2099-03-24")
    preview = await desk.bring_in(ANN, BEN, options=options)
    assert preview.imported.promised == 2
    assert "2 e-mails will go out to tell families of their offers." in remarks(preview)
    assert "New offers are due on Mar 24, 2099." in remarks(preview)
    assert await desk.rows(MAILS) == []
    assert await desk.families() == {}
    done = await desk.good(ANN, BEN, options=ImportOptions(due="2099-03-24", expect=preview.digest))
    assert done.promised == 2
    assert await desk.rows(MAILS) == [
        ("contract_offered", "carl@y.test", "2099-03-24"),
        ("contract_offered", "rosa@x.test", "2099-03-24"),
    ]
    assert (await desk.good(ANN, BEN)).promised == 0


async def test_drafts_and_leagues_that_do_not_tell_of_offers_send_nothing(desk: Desk) -> None:
    assert (await desk.good(BEN)).promised == 0
    await desk.rows("UPDATE league SET mail_offers = true WHERE id = :league")
    assert (await desk.good(ANN, options=ImportOptions(contract_status=ContractStatus.DRAFT))).promised == 0
    assert await desk.rows(MAILS) == []
