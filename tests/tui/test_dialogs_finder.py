"""Finding a family by a few letters, whatever comes in between."""

import asyncio
from typing import Any

import pytest
from msgspec.structs import replace
from textual.widgets import OptionList

from bball_tui.database.states import ContractStatus
from bball_tui.errors import BballError
from bball_tui.language import ENGLISH, use
from bball_tui.league.contracts.batch_signing import BatchCandidates
from bball_tui.league.contracts.welcome_state import WelcomeState
from bball_tui.league.roster.rows import ContractRow
from bball_tui.tui.dialogs.batch_signing import BatchSigning
from bball_tui.tui.dialogs.find_family import FindFamily
from bball_tui.tui.dialogs.finder import PAUSE
from tests.tui.dialog_host import ROOMY, SMALL, USUAL, asking
from tests.tui.hands import resize

ROW = ContractRow(
    1, 1, "Amara", "Hamilton", "00", "", "Hawks", ContractStatus.OFFERED, None, None, "", WelcomeState.NONE, None, 1
)


class League:
    """Answers as it is told to, and remembers whose mail was opened."""

    def __init__(self, dialog_closes: bool = False) -> None:
        self.rows: tuple[ContractRow, ...] = (ROW,)
        self.failure: str | None = None
        self.read: list[int] = []
        self.asked: list[str] = []
        self.closes = dialog_closes
        self.dialog = FindFamily("Welcome: for whom?", self.find, self.open)

    async def find(self, text: str) -> BatchCandidates:
        self.asked.append(text)
        if self.failure is not None:
            raise BballError(self.failure)
        if text and self.closes:
            self.dialog.cancel()
            while self.dialog.query(OptionList):  # noqa: ASYNC110 - the moment in between sets no event
                await asyncio.sleep(0)
        return BatchCandidates(self.rows if not text or "ham".startswith(text) else (), 1 if not text else None)

    async def open(self, row: ContractRow) -> None:
        self.read.append(row.id)


@pytest.mark.parametrize("size", [ROOMY, USUAL, SMALL])
async def test_enter_shows_the_mail_and_the_next_name_may_follow(size: tuple[int, int]) -> None:
    league = League()
    async with asking(league.dialog, size) as desk:
        assert "Hamilton, Amara  #00" in desk.screen
        assert "1 contract in the season" in desk.screen
        await desk.press("h", "enter", "enter")
        assert league.read == [1, 1]
        assert desk.open
        assert desk.whole_choices()
        await desk.press("escape")
        assert not desk.open


async def test_nobody_of_that_name_is_said_and_enter_does_nothing() -> None:
    league = League()
    async with asking(league.dialog) as desk:
        await desk.press("z", "enter")
        assert "No one matches." in desk.line
        assert league.read == []


async def test_a_question_that_fails_is_said_and_typing_tries_again() -> None:
    league = League()
    async with asking(league.dialog) as desk:
        league.failure = "The database cannot be reached at the moment."
        await desk.press("h", "enter")
        assert "cannot be reached at the moment. Type on to try again." in desk.line
        league.failure = None
        await desk.press("a", "enter")
        assert league.read == [1]


async def test_what_enter_asked_for_is_not_asked_for_again_when_the_typing_pauses() -> None:
    league = League()
    async with asking(league.dialog) as desk:
        desk.widget("#name").value = "ha"  # type: ignore[attr-defined]
        await desk.pilot.pause()
        league.dialog.action_choose()  # faster than the pause
        await desk.settle()
        paused = asyncio.Event()
        league.dialog.set_timer(PAUSE, paused.set)  # after the one that the last letter set
        await paused.wait()
        await desk.settle()
        assert league.asked.count("ha") == 1, "a second answer takes the cursor back to the top"


async def test_an_answer_that_comes_while_the_dialog_goes_is_left_alone() -> None:
    league = League(dialog_closes=True)
    async with asking(league.dialog) as desk:
        await desk.press("h", "enter")
        assert not desk.open
        assert desk.app.is_running


async def test_names_that_were_cut_are_whole_in_a_window_that_became_wider() -> None:
    whole = "Castillo-Montenegro, Bartholomew  #00"
    rows = (ROW, replace(ROW, id=2, first="Bartholomew", last="Castillo-Montenegro", team="Rim Rockers U12"))

    async def find(text: str) -> BatchCandidates:
        return BatchCandidates(rows, 2)

    async with asking(FindFamily("Welcome: for whom?", find, never), SMALL) as desk:
        await desk.press("down")
        assert "…" in desk.screen
        assert whole not in desk.screen
        await resize(desk.pilot, ROOMY)
        assert whole in desk.screen
        assert "Rim Rockers U12" in desk.screen
        assert desk.app.screen.query_one("#names", OptionList).highlighted == 1
        await resize(desk.pilot, SMALL)
        assert whole not in desk.screen


async def never(*_: object) -> Any:
    raise AssertionError


@pytest.mark.parametrize(
    ("status", "english", "spanish"),
    [
        (ContractStatus.DRAFT, "The contract of Amara Hamilton (Hawks) is still a draft", "todavía es un borrador"),
        (ContractStatus.SIGNED, "Amara Hamilton (Hawks) is signed already by Zoë.", "el contrato ya lo firmó Zoë."),
        (ContractStatus.DECLINED, "Amara Hamilton (Hawks) declined the offer already.", "ya rechazó la oferta."),
        (ContractStatus.EXPIRED, "The offer to Amara Hamilton (Hawks) expired already.", "ya venció."),
        (ContractStatus.RELEASED, "Amara Hamilton (Hawks) is released already.", "el contrato ya se dio de baja."),
        (ContractStatus.VOID, "The contract of Amara Hamilton (Hawks) is void already.", "ya está anulado."),
    ],
)
async def test_why_a_paper_of_the_stack_has_nothing_to_sign_is_a_whole_sentence(
    status: ContractStatus, english: str, spanish: str
) -> None:
    over = replace(ROW, team="Hawks", status=status, signer="Zoë")

    async def find(text: str) -> BatchCandidates:
        return BatchCandidates((), None, over=(over, over) if text else ())

    stack = BatchSigning(find=find, sign=never, take_back=never, correct=never, hold=never, what_holds=never)
    async with asking(stack, ROOMY) as desk:
        await desk.press("h", "enter")
        assert english in desk.line
        assert "1 more match has nothing left to sign." in desk.line
        use("es")
        try:
            told, _tone = stack.nobody()
        finally:
            use(ENGLISH)
        assert spanish.rstrip(".") in told
        assert status not in told


@pytest.mark.parametrize(
    ("others", "said"),
    [
        ({}, "The season has no contracts yet. Press Esc, then i to import a roster."),
        (
            {ContractStatus.DRAFT: 2, ContractStatus.SIGNED: 1},
            "2 contracts are still drafts. Press Esc, select them, then m to offer them.",
        ),
        ({ContractStatus.SIGNED: 1}, "All done: every contract that was offered is signed or over."),
    ],
)
async def test_a_stack_without_anybody_to_sign_says_what_to_do_instead(
    others: dict[ContractStatus, int], said: str
) -> None:
    async def find(text: str) -> BatchCandidates:
        return BatchCandidates((), None if text else 0, others={} if text else others)

    stack = BatchSigning(find=find, sign=never, take_back=never, correct=never, hold=never, what_holds=never)
    async with asking(stack, ROOMY) as desk:
        assert said in desk.line
        await desk.press("h", "enter")
        assert said in desk.line


async def test_where_every_contract_is_over_there_is_no_family_to_show() -> None:
    async def find(text: str) -> BatchCandidates:
        return BatchCandidates((), None if text else 0, others={ContractStatus.VOID: 3})

    async with asking(FindFamily("Welcome: for whom?", find, never), ROOMY) as desk:
        assert "Every contract of the season is over" in desk.line
