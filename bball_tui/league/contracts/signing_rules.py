"""What one signature would say and whom it would tell: pure rules, the same for the preview and for the signing.

The guardian signs for the player, and the row says in what capacity. Who is of age on the day of signing signs
alone. Mail goes to every guardian who wants it, once per address; two households never share a mail.
"""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from msgspec import Struct

from bball_tui.database.states import Capacity, ContractStatus
from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.league.contracts.facts import ContractFacts, GuardianFacts
from bball_tui.league.contracts.lifecycle import ALLOWED, NOT_OFFERED
from bball_tui.league.league_clock import LeagueClock
from bball_tui.league.values.first_names import near_name
from bball_tui.mail.safe_values import typed_line

ADULT_AGE = 18
EARLIEST = date(1900, 1, 1)
LONGEST_SIGNER = 200
LONGEST_HOLD = 86_400


class FirstGuardian(Struct, frozen=True):
    """Each player's first guardian who may sign; a player who is of age signs alone."""


FIRST_GUARDIAN = FirstGuardian()


class NamedGuardian(Struct, frozen=True):
    """This guardian, for all the players in question."""

    guardian_id: int


class FreeText(Struct, frozen=True):
    """Somebody whom the roster does not know."""

    name: str


SignerChoice = FirstGuardian | NamedGuardian | FreeText


class NoticeKind(StrEnum):
    """What staff should know before they sign."""

    MISSING = "missing"
    ALREADY_SIGNED = "already_signed"
    CHANGED = "changed"
    NOT_OFFERED = "not_offered"
    NOT_OPEN = "not_open"
    NO_SIGNER = "no_signer"
    NOT_THEIRS = "not_theirs"
    BEFORE_BIRTH = "before_birth"
    NOT_OF_AGE = "not_of_age"
    OF_AGE = "of_age"
    UNKNOWN_SIGNER = "unknown_signer"
    NO_GUARDIAN_EMAIL = "no_guardian_email"
    SUPPRESSED = "suppressed"
    NO_CHAT_LINK = "no_chat_link"
    WAITS_FOR_CHAT = "waits_for_chat"
    CHAT_IS_GONE = "chat_is_gone"


class Notice(Struct, frozen=True):
    """A sentence for staff. ``blocks``: this contract cannot be signed as things stand."""

    kind: NoticeKind
    text: str
    blocks: bool = False


class Signer(Struct, frozen=True):
    """Who is written down: a guardian of the roster, or somebody else (``guardian_id`` None)."""

    guardian_id: int | None
    name: str
    capacity: Capacity


class Recipient(Struct, frozen=True):
    """One mail to be."""

    guardian_id: int
    first: str
    last: str
    address: str
    language: str = ""


def family_facts(contract: ContractFacts, recipient: Recipient) -> dict[str, str]:
    """What every kind of mail about the contract says of player and reader: the common fields of ``Facts``."""
    return {
        "player_first": contract.player_first,
        "player_last": contract.player_last,
        "team": contract.team,
        "season": contract.season,
        "guardian_first": recipient.first,
        "guardian_last": recipient.last,
        "language": recipient.language,
    }


def check_day(signed_on: date | None, clock: LeagueClock) -> date:
    """The day of signing; None is today.

    Raises:
        BballError: the day lies in the future, or before 1900.
    """
    if signed_on is None:
        return clock.today
    if signed_on > clock.today:
        raise BballError(
            _("Signed on {signed_on} is in the future: today is {today}. Correct the date.").format(
                signed_on=signed_on, today=clock.today
            )
        )
    if signed_on < EARLIEST:
        raise BballError(
            _("Signed on {signed_on} cannot be: the date must not be before 1900. Correct the date.").format(
                signed_on=signed_on
            )
        )
    return signed_on


def check_choice(choice: SignerChoice) -> SignerChoice:
    """The choice with its text cleaned.

    Raises:
        BballError: the signer's name is empty or too long.
    """
    if not isinstance(choice, FreeText):
        return choice
    name = typed_line(choice.name)
    if not name:
        raise BballError(_("The signer's name is empty. Type who signed."))
    if len(name) > LONGEST_SIGNER:
        raise BballError(
            _("The signer's name has {name} characters; {longest_signer} is the limit. Shorten it.").format(
                name=len(name), longest_signer=LONGEST_SIGNER
            )
        )
    return FreeText(name)


def is_adult(birthdate: date | None, day: date) -> bool:
    """Whether somebody is 18 on ``day``. Born on 29 February: from 1 March. An unknown birthdate is a minor's."""
    if birthdate is None:
        return False
    return (day.year - ADULT_AGE, day.month, day.day) >= (birthdate.year, birthdate.month, birthdate.day)


def capacity_of(guardian: GuardianFacts) -> Capacity:
    """The capacity that goes with a guardian's relation to the player."""
    return Capacity(guardian.relation) if guardian.relation in ("mother", "father") else Capacity.GUARDIAN


def status_notice(contract: ContractFacts, clock: LeagueClock, expected_version: int | None) -> Notice | None:
    """Why the contract as it stands cannot be signed; None when it can.

    ``expected_version`` is the version that staff saw (None: whatever it is).
    """
    whose = _("{player}'s contract").format(player=contract.player)
    if contract.signature is not None:
        signature = contract.signature
        text = _("{whose} is signed already by {signer}, recorded by {recorded_by} at {when}.").format(
            whose=whose,
            signer=signature.signer,
            recorded_by=signature.recorded_by,
            when=clock.at(signature.received_at),
        )
        return Notice(NoticeKind.ALREADY_SIGNED, text, blocks=True)
    if expected_version is not None and expected_version != contract.version:
        text = _("{whose} was changed by {updated_by} at {when}. Look at it again, then sign.").format(
            whose=whose, updated_by=contract.updated_by, when=clock.at(contract.updated_at)
        )
        return Notice(NoticeKind.CHANGED, text, blocks=True)
    if ContractStatus.SIGNED in ALLOWED[contract.status]:
        return None
    if contract.status is ContractStatus.DRAFT:
        return Notice(NoticeKind.NOT_OFFERED, f"{whose} {NOT_OFFERED}.", blocks=True)
    return Notice(
        NoticeKind.NOT_OPEN,
        _("{whose} is {status} and cannot be signed.").format(whose=whose, status=_(contract.status)),
        blocks=True,
    )


def age_notice(contract: ContractFacts, capacity: Capacity | None, day: date) -> Notice | None:
    """Why the player's birthdate allows no signature of ``day`` in this capacity; None when it does."""
    if contract.birthdate is None:
        return None
    if day < contract.birthdate:
        text = _("{player} was not born yet on {day}. Correct the date.").format(player=contract.player, day=day)
        return Notice(NoticeKind.BEFORE_BIRTH, text, blocks=True)
    if capacity is Capacity.ADULT_PLAYER and not is_adult(contract.birthdate, day):
        text = _("{player} is not of age on {day}: a guardian must sign.").format(player=contract.player, day=day)
        return Notice(NoticeKind.NOT_OF_AGE, text, blocks=True)
    return None


def signer_for(
    contract: ContractFacts,
    guardians: Sequence[GuardianFacts],
    choice: SignerChoice,
    capacity: Capacity | None,
    day: date,
) -> Signer | Notice:
    """Who is written down as having signed on ``day``, or the notice why nobody can be.

    ``capacity`` None derives it from the relation, or from the birthdate of a player who signs alone.
    """
    player = contract.player
    if (notice := age_notice(contract, capacity, day)) is not None:
        return notice
    adult = is_adult(contract.birthdate, day)
    match choice:
        case FreeText(name):
            return Signer(None, name, capacity or (Capacity.ADULT_PLAYER if adult else Capacity.GUARDIAN))
        case NamedGuardian(guardian_id):
            guardian = next((one for one in guardians if one.id == guardian_id), None)
            if guardian is None:
                text = _("The chosen signer is not a guardian of {player}.").format(player=player)
                return Notice(NoticeKind.NOT_THEIRS, text, blocks=True)
            if not guardian.may_sign:
                text = _("{name} may not sign for {player}. Choose someone else.").format(
                    name=guardian.name, player=player
                )
                return Notice(NoticeKind.NO_SIGNER, text, blocks=True)
            return Signer(guardian.id, guardian.name, capacity or capacity_of(guardian))
        case FirstGuardian():
            if adult and capacity in (None, Capacity.ADULT_PLAYER):
                return Signer(None, player, Capacity.ADULT_PLAYER)
            guardian = next((one for one in guardians if one.may_sign), None)
            if guardian is None:
                text = _("{player} has no guardian who may sign. Type the name of who signed.").format(player=player)
                return Notice(NoticeKind.NO_SIGNER, text, blocks=True)
            return Signer(guardian.id, guardian.name, capacity or capacity_of(guardian))


def unknown_signer(player: str, guardians: Sequence[GuardianFacts], signer: Signer) -> Notice | None:
    """That nobody of this name answers for the player, and whose name it may be misspelled; None where somebody does,
    and for a player who signs alone.
    """
    if signer.guardian_id is not None or signer.capacity is Capacity.ADULT_PLAYER:
        return None
    names = [one.name for one in guardians]
    if any(typed_line(signer.name).casefold() == name.casefold() for name in names):
        return None
    text = _("{name} is not one of the guardians of {player}.").format(name=signer.name, player=player)
    if (near := near_name(signer.name, names)) is not None:
        text = _("{name} is not one of the guardians of {player}; {near} is.").format(
            name=signer.name, player=player, near=near
        )
    return Notice(NoticeKind.UNKNOWN_SIGNER, text)


def recipients_of(guardians: Sequence[GuardianFacts]) -> tuple[Recipient, ...]:
    """Who gets the mail: one for each distinct address (case does not count), in the order of the guardians."""
    found: dict[str, Recipient] = {}
    for guardian in guardians:
        if guardian.receives_email and guardian.email is not None and not guardian.suppressed:
            recipient = Recipient(guardian.id, guardian.first, guardian.last, guardian.email, guardian.language)
            found.setdefault(guardian.email.lower(), recipient)
    return tuple(found.values())


def warnings_for(
    contract: ContractFacts,
    guardians: Sequence[GuardianFacts],
    signer: Signer,
    day: date,
    *,
    wait_for_chat: bool = False,
) -> tuple[Notice, ...]:
    """What staff should know although the contract can be signed."""
    warnings = [] if (unknown := unknown_signer(contract.player, guardians, signer)) is None else [unknown]
    if is_adult(contract.birthdate, day) and signer.capacity is not Capacity.ADULT_PLAYER:
        text = _("{player} is of age on {day} and could sign alone.").format(player=contract.player, day=day)
        warnings.append(Notice(NoticeKind.OF_AGE, text))
    recipients = recipients_of(guardians)
    blocked = [one.email for one in guardians if one.receives_email and one.email is not None and one.suppressed]
    if not recipients and not blocked:
        text = _("{player} has no guardian with an e-mail address: signed, no one told.").format(player=contract.player)
        warnings.append(Notice(NoticeKind.NO_GUARDIAN_EMAIL, text))
    warnings += [
        Notice(
            NoticeKind.SUPPRESSED,
            _("{address} gets no more e-mail: {player}'s goes without it.").format(
                address=address, player=contract.player
            ),
        )
        for address in blocked
    ]
    if recipients and not contract.has_chat_link:
        then = _("e-mails wait for it") if wait_for_chat else _("e-mails go without the join button")
        kind = NoticeKind.WAITS_FOR_CHAT if wait_for_chat else NoticeKind.NO_CHAT_LINK
        warnings.append(Notice(kind, _("{team} has no chat link yet: {then}.").format(team=contract.team, then=then)))
    elif recipients and contract.chat_is_gone:
        text = _("{team}'s chat was not there when GroupMe was last read: the join button may lead nowhere.").format(
            team=contract.team
        )
        warnings.append(Notice(NoticeKind.CHAT_IS_GONE, text))
    return tuple(warnings)


def decide(
    contract: ContractFacts,
    guardians: tuple[GuardianFacts, ...],
    clock: LeagueClock,
    expected_version: int | None,
    choice: SignerChoice,
    capacity: Capacity | None,
    day: date,
) -> Signer | Notice:
    """Who is written down for this contract, or the notice that blocks it."""
    return status_notice(contract, clock, expected_version) or signer_for(contract, guardians, choice, capacity, day)


def missing() -> Notice:
    """The notice for an id that no contract of the league has."""
    return Notice(NoticeKind.MISSING, _("That contract isn't in this league."), blocks=True)


def check_hold(hold_seconds: int | None, clock: LeagueClock) -> int:
    """Seconds until the mails may leave; None is the league's own habit.

    Raises:
        BballError: outside 0 to a day.
    """
    if hold_seconds is None:
        return clock.hold_seconds
    if not 0 <= hold_seconds <= LONGEST_HOLD:
        raise BballError(
            _("The undo time must be between 0 and {longest_hold} seconds, not {hold_seconds}.").format(
                longest_hold=LONGEST_HOLD, hold_seconds=hold_seconds
            )
        )
    return hold_seconds
