"""The Sign dialog: the effect first, then the signature, and never twice."""

import asyncio
from datetime import date

import pytest

from bball_tui.database.states import Capacity, ContractStatus, DateOrder, SigningMethod
from bball_tui.errors import BballError
from bball_tui.league.contracts.signing import SignedContract, SigningRequest, SigningResult
from bball_tui.league.contracts.signing_preview import ContractPreview, SignerOption, SigningPreview
from bball_tui.league.contracts.signing_rules import (
    FIRST_GUARDIAN,
    FreeText,
    NamedGuardian,
    Notice,
    NoticeKind,
    Recipient,
    Signer,
)
from bball_tui.tui.dialogs.sign import SignDialog
from bball_tui.tui.dialogs.signer_options import signer_options
from bball_tui.tui.dialogs.signing_job import Signed, SigningDraft
from bball_tui.tui.dialogs.signing_summary import promises
from bball_tui.tui.typed_ahead import LEFT_OUT
from tests.tui.dialog_host import ROOMY, SMALL, USUAL, asking
from tests.tui.hands import send

pytestmark = pytest.mark.slow

TODAY = date(2026, 11, 23)
ROSA = SignerOption(11, "Rosa Hamilton", "mother", Capacity.MOTHER)
DAN = SignerOption(12, "Dan Hamilton", "father", Capacity.FATHER)
ANA = SignerOption(13, "Ana Hampton", "guardian", Capacity.GUARDIAN)


def contract(
    number: int,
    player: str,
    *signers: SignerOption,
    notices: tuple[Notice, ...] = (),
    mails: tuple[str, ...] = ("rosa@families.test",),
) -> ContractPreview:
    blocked = any(notice.blocks for notice in notices)
    first = signers[0] if signers and not blocked else None
    return ContractPreview(
        id=number,
        player=player,
        team="Hawks U12",
        status=ContractStatus.OFFERED,
        version=7,
        signers=signers,
        signer=None if first is None else Signer(first.guardian_id, first.name, first.capacity),
        recipients=() if blocked else tuple(Recipient(1, "Rosa", "Hamilton", mail) for mail in mails),
        notices=notices,
    )


SIGNER = Signer(11, "Rosa Hamilton", Capacity.MOTHER)
AMARA = contract(1, "Amara Hamilton", ROSA, DAN)
SAMIR = contract(2, "Samir Hamdi", ANA)
NO_LINK = Notice(NoticeKind.NO_CHAT_LINK, "Hawks U12 has no chat link yet: e-mails go without the join button.")
SIGNED = Notice(NoticeKind.ALREADY_SIGNED, "Wren's contract is signed already by Ana, recorded by jonas.", blocks=True)


class Office:
    """The league behind the dialog, in memory. ``gate`` holds every answer back while it is closed."""

    def __init__(self, *contracts: ContractPreview, hold: int = 10) -> None:
        self.contracts = contracts
        self.hold = hold
        self.drafts: list[SigningDraft] = []
        self.requests: list[SigningRequest] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.failure: str | None = None
        self.mails: list[SigningRequest] = []

    async def load(self, draft: SigningDraft) -> SigningPreview:
        self.drafts.append(draft)
        await self.gate.wait()
        if self.failure:
            raise BballError(self.failure)
        return SigningPreview(self.contracts, "maria", draft.signed_on, self.hold)

    async def sign(self, request: SigningRequest) -> SigningResult:
        self.requests.append(request)
        await self.gate.wait()
        if self.failure:
            raise BballError(self.failure)
        return SigningResult(tuple(SignedContract(one, 1, 1, SIGNER) for one, _ in request.contracts), (), (), None)

    def dialog(self, order: DateOrder = DateOrder.DMY, *, mails: bool = True) -> SignDialog:
        return SignDialog(
            len(self.contracts),
            load=self.load,
            sign=self.sign,
            today=TODAY,
            date_order=order,
            show_mails=self.mails.append if mails else None,
        )


async def test_it_shows_the_effect_before_anything_happens() -> None:
    office = Office(AMARA, SAMIR, contract(3, "Wren Hammond", ROSA, notices=(NO_LINK,), mails=()))
    async with asking(office.dialog()) as desk:
        assert "Sign 3 contracts" in desk.screen
        assert "each player's first guardian who may sign" in desk.screen
        assert "23/11/2026" in desk.screen
        assert "3 contracts become signed, recorded by maria" in desk.line
        assert "2 welcome e-mails go out in 10 seconds (u undoes it all until then)" in desk.line
        assert "! Hawks U12 has no chat link yet" in desk.line
        assert "Amara Hamilton: Rosa Hamilton signs as mother; e-mail to rosa@families.test" in desk.line
        assert "[ Preview the e-mails  p ] [ Sign 3  Enter ] [ Cancel  Esc ]" in desk.screen
        assert office.requests == []


async def test_enter_signs_with_the_likely_choice() -> None:
    office = Office(AMARA)
    async with asking(office.dialog()) as desk:
        assert "Sign Amara Hamilton" in desk.screen
        assert "Rosa Hamilton, mother" in desk.screen
        await desk.press("enter")
        expected = SigningRequest(((1, 7),), FIRST_GUARDIAN, None, SigningMethod.PAPER, TODAY)
        assert office.requests == [expected]
        (answer,) = desk.answers
        assert isinstance(answer, Signed)
        assert answer.request == expected
        assert [one.id for one in answer.result.signed] == [1]


async def test_esc_signs_nothing() -> None:
    office = Office(AMARA)
    async with asking(office.dialog()) as desk:
        await desk.press("escape")
        assert desk.answers == [None]
        assert office.requests == []


async def test_another_guardian_is_chosen_by_name() -> None:
    office = Office(AMARA)
    async with asking(office.dialog()) as desk:
        await desk.press("space", "down")
        assert "Dan Hamilton, father" in desk.screen
        await desk.press("enter")
        assert desk.open, "Enter in the open list chooses, it does not sign"
        assert office.drafts[-1].signer == NamedGuardian(12)
        await desk.press("enter")
        assert office.requests[0].signer == NamedGuardian(12)


async def test_for_siblings_the_guardians_whom_they_share_are_offered() -> None:
    office = Office(AMARA, contract(2, "Ben Hamilton", DAN, ROSA))
    async with asking(office.dialog()) as desk:
        assert "each player's first guardian" in desk.screen, "their first guardians differ"
        await desk.press("space")
        assert "Rosa Hamilton, mother" in desk.screen
        assert "Dan Hamilton, father" in desk.screen


async def test_strangers_share_no_guardian() -> None:
    async with asking(Office(AMARA, SAMIR).dialog()) as desk:
        await desk.press("space")
        assert "Rosa Hamilton, mother" not in desk.screen
        assert "someone else" in desk.screen


async def test_somebody_else_is_typed_with_the_capacity() -> None:
    office = Office(AMARA)
    async with asking(office.dialog()) as desk:
        assert "Name " not in desk.screen
        await desk.press("space", "end", "enter")
        assert desk.focus == "name"
        assert "Type who signed." not in desk.screen, "no one has had the time to"
        await desk.press("enter")
        assert "Type who signed." in desk.screen
        assert office.requests == []
        await desk.type("Uncle Joe")
        assert "Type who signed." not in desk.screen
        await desk.press("tab", "space")
        assert "adult player" in desk.screen
        await desk.press("down", "down", "down", "enter")
        await desk.press("enter")
        await desk.until_answered()
        assert office.requests[0].signer == FreeText("Uncle Joe")
        assert office.requests[0].capacity is Capacity.GUARDIAN


async def test_the_cursor_goes_to_the_name_that_is_missing_and_nobody_who_types_is_led_away() -> None:
    office = Office(AMARA)
    async with asking(office.dialog()) as desk:
        await desk.press("space", "end", "enter", "tab")
        assert desk.focus == "capacity"
        await desk.press("enter")
        assert "Type who signed." in desk.screen
        assert desk.focus == "name"
        await desk.go_to("#day")
        await desk.press("end", "ctrl+u")
        await desk.type("someday")
        await desk.go_to("#name")
        await desk.type("Uncle Joe")
        assert desk.focus == "name"
        await desk.press("enter")
        assert desk.focus == "day"
        assert office.requests == []


ORPHAN = Notice(NoticeKind.NO_SIGNER, "Kim Roe has no guardian who may sign. Type the name of who signed.", blocks=True)


class NoGuardian(Office):
    """Where only a name that is typed can sign for the first contract, as the services decide it."""

    async def load(self, draft: SigningDraft) -> SigningPreview:
        one = contract(1, "Kim Roe", notices=(ORPHAN,) if draft.signer == FIRST_GUARDIAN else (), mails=())
        self.contracts = (one, *self.contracts[1:])
        return await super().load(draft)


async def test_without_a_guardian_the_name_is_asked_for_at_once() -> None:
    office = NoGuardian(contract(1, "Kim Roe"))
    async with asking(office.dialog()) as desk:
        assert "Sign Kim Roe" in desk.screen
        assert "someone else" in desk.screen
        assert "Kim Roe has no guardian who may sign. Type the name of who signed." in desk.line
        assert "That appears once you type who signed." in desk.screen
        assert desk.focus == "name"
        await desk.press("enter")
        assert "Type who signed." in desk.screen
        assert office.requests == []
        await desk.type("Uncle Joe")
        await desk.press("enter")
        await desk.until_answered()
        assert office.requests[0].signer == FreeText("Uncle Joe")


def test_in_a_stack_letters_stay_the_next_name() -> None:
    preview = SigningPreview((contract(1, "Kim Roe", notices=(ORPHAN,)),), "maria", TODAY, 0)
    assert [option for _, option in signer_options(preview)] == ["else"]
    assert [option for _, option in signer_options(preview, of_stack=True)] == ["first", "else"]


async def test_where_some_have_a_guardian_the_name_is_not_asked_for() -> None:
    office = NoGuardian(contract(1, "Kim Roe"), SAMIR)
    async with asking(office.dialog()) as desk:
        assert desk.focus == "signer"
        assert "Samir Hamdi: Ana Hampton signs as guardian" in desk.line
        assert "Kim Roe has no guardian who may sign." in desk.line
        await desk.press("enter")
        await desk.until_answered()
        assert office.requests[0].contracts == ((2, 7),)


async def test_the_method_and_the_day_are_chosen() -> None:
    office = Office(AMARA)
    async with asking(office.dialog()) as desk:
        await desk.press("tab", "space", "down", "enter", "tab", "ctrl+a", "ctrl+k")
        await desk.type("01/11/2026")
        await desk.press("enter")
        await desk.until_answered()
        assert office.requests[0].method is SigningMethod.SCAN
        assert office.requests[0].signed_on == date(2026, 11, 1)
        assert office.drafts[-1].signed_on == date(2026, 11, 1)


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [("31/11/2026", "There is no such day."), ("soon", "That isn't a date."), ("24/11/2026", "in the future")],
)
async def test_an_impossible_day_is_told_beside_its_field_and_signs_nothing(typed: str, complaint: str) -> None:
    office = Office(AMARA)
    async with asking(office.dialog()) as desk:
        loads = len(office.drafts)
        await desk.press("tab", "tab", "ctrl+a", "ctrl+k")
        await desk.type(typed)
        await desk.press("enter")
        assert complaint in desk.line
        day = next(number for number, row in enumerate(desk.rows) if "Signed on" in row)
        assert complaint in " ".join(desk.rows[day : day + 2])
        assert desk.choice("sign").disabled
        assert office.requests == []
        assert len(office.drafts) == loads


async def test_while_it_signs_a_second_enter_does_nothing_and_esc_waits() -> None:
    office = Office(AMARA)
    async with asking(office.dialog()) as desk:
        office.gate.clear()
        await desk.press("enter", "enter")
        await desk.press("enter")
        assert len(office.requests) == 1
        await desk.until_shown("Signing 1 contract")
        assert desk.choice("sign").disabled
        await desk.press("escape")
        assert desk.open
        office.gate.set()
        await desk.until_answered()
        assert len(office.requests) == 1


async def test_a_failed_signing_keeps_everything_and_can_be_tried_again() -> None:
    office = Office(AMARA)
    async with asking(office.dialog()) as desk:
        await desk.press("tab", "space", "down", "enter")
        office.failure = "The database cannot be reached at the moment."
        await desk.press("enter")
        assert desk.open
        assert "The database cannot be reached at the moment." in desk.line
        office.failure = None
        await desk.press("enter")
        await desk.until_answered()
        assert office.requests[-1].method is SigningMethod.SCAN


async def test_a_preview_that_fails_is_told_and_tried_again_by_enter() -> None:
    office = Office(AMARA)
    office.failure = "The database is busy."
    async with asking(office.dialog()) as desk:
        assert "The database is busy. Enter tries again." in desk.line
        assert desk.choice("sign").disabled
        office.failure = None
        await desk.press("enter")
        await desk.until_answered()
        assert len(office.requests) == 1


async def test_enter_too_early_waits_for_the_effect() -> None:
    office = Office(AMARA)
    office.gate.clear()
    async with asking(office.dialog()) as desk:
        assert "…" in desk.screen
        await desk.press("enter")
        assert office.requests == []
        office.gate.set()
        await desk.until_answered()
        assert len(office.requests) == 1


async def test_enter_too_early_never_skips_a_warning() -> None:
    office = Office(contract(1, "Amara Hamilton", ROSA, notices=(NO_LINK,)))
    office.gate.clear()
    async with asking(office.dialog()) as desk:
        send(desk.app, "enter", *"kowalski", "enter")
        await desk.settle()
        office.gate.set()
        await desk.until_shown("Please read the warnings")
        assert office.requests == []
        assert [one.message for one in desk.app._notifications] == [LEFT_OUT], "the next name is not lost in silence"
        await desk.press("enter")
        assert len(office.requests) == 1


async def test_only_the_answer_to_the_last_question_counts() -> None:
    office = Office(AMARA)
    office.gate.clear()
    async with asking(office.dialog()) as desk:
        await desk.press("tab", "tab", "ctrl+a", "ctrl+k")
        await desk.type("1/11")
        office.gate.set()
        office.contracts = (SAMIR,)
        await desk.until_shown("Samir Hamdi: Ana Hampton signs as guardian")
        await desk.press("enter")
        assert office.requests[0].contracts == ((2, 7),)
        assert office.requests[0].signed_on == date(2026, 11, 1)


async def test_contracts_that_cannot_be_signed_stay_out() -> None:
    office = Office(AMARA, contract(3, "Wren Hammond", ROSA, notices=(SIGNED,)))
    async with asking(office.dialog()) as desk:
        assert "✘ Wren's contract is signed already by Ana, recorded by jonas." in desk.line
        assert "[ Sign 1 of 2  Enter ]" in desk.screen
        await desk.press("enter")
        assert office.requests[0].contracts == ((1, 7),)


async def test_when_none_can_be_signed_enter_says_so() -> None:
    office = Office(contract(3, "Wren Hammond", ROSA, notices=(SIGNED,)))
    async with asking(office.dialog()) as desk:
        assert "no contract can be signed like this" in desk.line
        await desk.press("enter")
        assert desk.open
        assert office.requests == []


async def test_the_mails_can_be_seen_first_and_the_dialog_stays() -> None:
    office = Office(AMARA)
    async with asking(office.dialog()) as desk:
        await desk.press("p")
        assert [request.contracts for request in office.mails] == [((1, 7),)]
        await desk.click("preview")
        assert len(office.mails) == 2
        assert desk.open
        assert office.requests == []


async def test_without_a_preview_there_is_no_key_for_it() -> None:
    async with asking(Office(AMARA).dialog(mails=False)) as desk:
        assert "Preview the e-mails" not in desk.screen
        await desk.press("p")
        assert desk.open


async def test_the_mouse_signs() -> None:
    office = Office(AMARA)
    async with asking(office.dialog()) as desk:
        await desk.click("sign")
        await desk.until_answered()
        assert len(office.requests) == 1


@pytest.mark.parametrize("size", [ROOMY, USUAL, SMALL])
async def test_thousands_of_contracts_fit_every_window(size: tuple[int, int]) -> None:
    many = [contract(number, f"Player {number}", ROSA, notices=(NO_LINK,)) for number in range(1, 12_432)]
    async with asking(Office(*many, contract(9, "Wren", ROSA, notices=(SIGNED,))).dialog(), size) as desk:
        assert desk.whole_choices()
        assert "12,431" in desk.screen
        assert "Signed on" in desk.screen


def test_the_promise_counts_mails_and_time() -> None:
    def lines(hold: int, *contracts: ContractPreview) -> list[str]:
        return promises(SigningPreview(contracts, "maria", TODAY, hold), "u")

    assert lines(0, AMARA) == ["1 contract becomes signed, recorded by maria", "1 welcome e-mail goes out at once"]
    assert lines(120, AMARA)[1].startswith("1 welcome e-mail goes out in 2 minutes (u")
    assert lines(10, contract(1, "Amara", ROSA, mails=()))[1] == "No e-mail goes out"


def test_who_waits_for_a_chat_hears_of_the_missing_server_too() -> None:
    waits = Notice(NoticeKind.WAITS_FOR_CHAT, "The e-mail waits for the chat.")
    one = contract(1, "Amara", ROSA, notices=(waits,))
    said = promises(SigningPreview((one,), "maria", TODAY, 10, nowhere_to_send=True), "u")
    assert said[1] == "1 welcome e-mail waits for the link of the team chat"
    assert said[2].startswith("Besides, no mail server is set up yet. “Set up e-mail” (;) sets one up.")


def test_mails_without_a_from_address_wait_and_the_dialog_says_where_to_set_it() -> None:
    said = promises(SigningPreview((AMARA,), "maria", TODAY, 10, no_sender=True), "u")
    assert said[1].startswith("1 welcome e-mail waits: no From address is set yet. “Set up e-mail” (;) sets it.")
