"""Correcting the record of a signature: a new row supersedes the old one, with a reason; the contract stays signed.

Nothing that was written is changed. A welcome mail that nobody had yet says what is right now; to those who had it
a correction goes out when staff want it, and never a second welcome.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date

from msgspec import Struct
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.audit import Entry, record
from bball_tui.database.states import Capacity, SigningMethod
from bball_tui.errors import BballError
from bball_tui.language import _, stored
from bball_tui.league.contracts.facts import (
    ContractFacts,
    GuardianFacts,
    Refused,
    SignatureFacts,
    lock_contracts,
    read_contracts,
    read_guardians,
)
from bball_tui.league.contracts.lifecycle import RULES, Transition, why_not
from bball_tui.league.contracts.signing_preview import SignerOption
from bball_tui.league.contracts.signing_rules import (
    Notice,
    Signer,
    SignerChoice,
    age_notice,
    capacity_of,
    check_choice,
    check_day,
    missing,
    signer_for,
    unknown_signer,
)
from bball_tui.league.contracts.transitions import changed_since, reason_for
from bball_tui.league.league_clock import LeagueClock, read_clock
from bball_tui.league.mails.corrected_mails import (
    WrittenBefore,
    read_welcomes,
    rewrite_welcomes,
    take_back_corrections,
)
from bball_tui.league.mails.enqueue import enqueue_corrections
from bball_tui.mail.safe_values import typed_line

LONGEST_NOTE = 500
_RULE = RULES[Transition.CORRECT]


class CorrectionRequest(Struct, frozen=True):
    """What staff found out. None keeps what stands there; an empty ``note`` takes the note away.

    ``contracts`` are ids with the version that was on the screen (None: whatever it is). ``capacity`` None goes with
    another ``signer``, and is kept with the same one.
    """

    contracts: tuple[tuple[int, int | None], ...]
    reason: str
    signer: SignerChoice | None = None
    capacity: Capacity | None = None
    method: SigningMethod | None = None
    signed_on: date | None = None
    note: str | None = None
    notify: bool = False
    """Whether those who had the welcome mail are written what is right."""
    words: str = ""
    """What that mail says besides; the reason is never shown to families."""


class CorrectionResult(Struct, frozen=True):
    """What happened: the contracts whose record says something else now, and those left as they were.

    ``rewritten`` are welcome mails that nobody had yet and that say what is right now; ``told`` had one that does not;
    ``promised`` are the corrections that go out.
    """

    done: tuple[int, ...]
    refused: tuple[Refused, ...]
    rewritten: tuple[int, ...] = ()
    told: tuple[WrittenBefore, ...] = ()
    promised: tuple[int, ...] = ()
    warnings: tuple[str, ...] = ()
    """Of players whose guardian the new signer is not."""


class CorrectionPreview(Struct, frozen=True):
    """What can be corrected. ``signers`` may sign for every one of the players; ``now`` is the one record there is, or
    None for several contracts; ``told`` had the welcome mail, ``unsent`` of them wait.
    """

    possible: tuple[tuple[int, int], ...]
    players: tuple[str, ...]
    refused: tuple[Refused, ...]
    signers: tuple[SignerOption, ...]
    now: SignatureFacts | None
    unsent: int
    told: tuple[str, ...]
    recorded_by: str
    today: date


class SignatureRecord(Struct, frozen=True):
    """What a signature's row says."""

    guardian_id: int | None
    signer: str
    capacity: Capacity
    method: SigningMethod
    signed_on: date
    note: str | None

    @classmethod
    def of(cls, signature: SignatureFacts) -> "SignatureRecord":
        """What this signature says."""
        return cls(
            guardian_id=signature.guardian_id,
            signer=signature.signer,
            capacity=signature.capacity,
            method=signature.method,
            signed_on=signature.signed_on,
            note=signature.note,
        )

    def differing(self, new: "SignatureRecord") -> tuple[dict[str, object], dict[str, object]]:
        """What says something else in ``new``, before and after, as the audit keeps it."""
        before, after = self._facts(), new._facts()
        names = [name for name in before if before[name] != after[name]]
        return {name: before[name] for name in names}, {name: after[name] for name in names}

    def _facts(self) -> dict[str, object]:
        return {
            "signer": self.signer,
            "capacity": str(self.capacity),
            "method": str(self.method),
            "signed_on": self.signed_on.isoformat(),
            "note": self.note,
        }

    @property
    def told(self) -> tuple[object, ...]:
        """What a family reads of it."""
        return (self.signer, self.capacity, self.signed_on)


class _Change(Struct, frozen=True):
    contract: ContractFacts
    old_id: int
    old: SignatureRecord
    new: SignatureRecord


# The row that was wrong stays as it is; the paper behind it is the same. Row and contract are one statement.
_CORRECT = text(
    """
    WITH paper AS (
        SELECT * FROM unnest(
            CAST(:contract_ids AS bigint[]), CAST(:old_ids AS bigint[]), CAST(:guardian_ids AS bigint[]),
            CAST(:signers AS text[]), CAST(:capacities AS text[]), CAST(:methods AS text[]),
            CAST(:days AS date[]), CAST(:notes AS text[])
        ) AS paper (contract_id, old_id, guardian_id, signer, capacity, method, signed_on, note)
    ), written AS (
        INSERT INTO signature (league_id, contract_id, guardian_id, signer, capacity, method, signed_on, note,
                               evidence_sha256, supersedes_id, correction_reason)
        SELECT :league_id, paper.contract_id, paper.guardian_id, paper.signer, paper.capacity, paper.method,
               paper.signed_on, paper.note, old.evidence_sha256, old.id, :reason
        FROM paper JOIN signature AS old ON old.id = paper.old_id
        RETURNING id, contract_id
    )
    UPDATE contract SET signature_id = written.id, version = version + 1
    FROM written
    WHERE contract.id = written.contract_id
    RETURNING contract.id, contract.signature_id
    """
)


async def correct(session: AsyncSession, league_id: int, asked: CorrectionRequest) -> CorrectionResult:
    """Correct the record of each contract that is signed. The caller commits.

    Raises:
        BballError: nothing chosen, no reason, or a date, a name or a note that cannot be.
    """
    reason = reason_for(_RULE.reason, asked.reason)
    choice = None if asked.signer is None else check_choice(asked.signer)
    note = None if asked.note is None else check_note(asked.note)
    expected = dict(reversed(asked.contracts))
    ids = list(dict.fromkeys(one for one, __ in asked.contracts))
    if not ids:
        raise BballError(_("No contract is chosen. Choose at least one."))
    await lock_contracts(session, league_id, ids)
    clock = await read_clock(session, league_id)
    if asked.signed_on is not None:
        check_day(asked.signed_on, clock)
    going, refused = await _judge(session, league_id, ids, expected, clock)
    guardians = await read_guardians(session, league_id, {one.player_id for one, __ in going})
    changes: list[_Change] = []
    for contract, signature in going:
        old = SignatureRecord.of(signature)
        new = _corrected(contract, old, guardians.get(contract.player_id, ()), asked, choice, note)
        if isinstance(new, Notice):
            refused.append(Refused(contract.id, new.text))
        elif new == old:
            refused.append(
                Refused(
                    contract.id,
                    _("{player}'s record says so already: nothing to correct.").format(player=contract.player),
                )
            )
        else:
            changes.append(_Change(contract, signature.id, old, new))
    if not changes:
        return CorrectionResult((), tuple(refused))
    signatures = await _write(session, league_id, changes, reason)
    await record(session, league_id, [_entry(one, signatures[one.contract.id], reason) for one in changes])
    read_again = await read_contracts(session, league_id, signatures)
    mails = await rewrite_welcomes(session, league_id, signatures, why=stored("the record was corrected"))
    overtaken = await take_back_corrections(session, signatures, why=stored("the record was corrected once more"))
    pairs = [*overtaken, *((one.contract_id, one.recipient) for one in mails.told if asked.notify)]
    promised = await enqueue_corrections(
        session,
        league_id,
        pairs,
        read_again,
        note=typed_line(asked.words),
        hold_seconds=clock.hold_seconds,
        still_signed=True,
    )
    other = {one.contract.id for one in changes if one.old.told != one.new.told}
    return CorrectionResult(
        tuple(signatures),
        tuple(refused),
        mails.rewritten,
        tuple(one for one in mails.told if one.contract_id in other),
        promised,
        tuple(_unknown_signers(changes, guardians)),
    )


def _unknown_signers(changes: Sequence[_Change], guardians: Mapping[int, tuple[GuardianFacts, ...]]) -> Iterator[str]:
    for one in changes:
        new = Signer(one.new.guardian_id, one.new.signer, one.new.capacity)
        found = unknown_signer(one.contract.player, guardians.get(one.contract.player_id, ()), new)
        if found is not None and one.new.signer != one.old.signer:
            yield found.text


async def preview_correction(session: AsyncSession, league_id: int, contract_ids: Collection[int]) -> CorrectionPreview:
    """Which of the contracts can be corrected, and what their records say. Writes nothing."""
    ids = list(dict.fromkeys(contract_ids))
    clock = await read_clock(session, league_id)
    going, refused = await _judge(session, league_id, ids, {}, clock)
    guardians = await read_guardians(session, league_id, {one.player_id for one, __ in going})
    families = [[one for one in guardians.get(contract.player_id, ()) if one.may_sign] for contract, __ in going]
    shared = [
        SignerOption(one.id, one.name, one.relation, capacity_of(one))
        for one in (families[0] if families else ())
        if all(one.id in {other.id for other in family} for family in families)
    ]
    mails = await read_welcomes(session, league_id, [one.id for one, __ in going])
    return CorrectionPreview(
        possible=tuple((one.id, one.version) for one, __ in going),
        players=tuple(one.player for one, __ in going),
        refused=tuple(refused),
        signers=tuple(shared),
        now=going[0][1] if len(going) == 1 else None,
        unsent=mails.open,
        told=mails.told,
        recorded_by=clock.person,
        today=clock.today,
    )


def check_note(note: str) -> str:
    """The note on one line.

    Raises:
        BballError: it is too long.
    """
    line = typed_line(note)
    if len(line) > LONGEST_NOTE:
        raise BballError(
            _("The note has {line} characters; {longest_note} is the limit. Shorten it.").format(
                line=len(line), longest_note=LONGEST_NOTE
            )
        )
    return line


async def _judge(
    session: AsyncSession, league_id: int, ids: Sequence[int], expected: Mapping[int, int | None], clock: LeagueClock
) -> tuple[list[tuple[ContractFacts, SignatureFacts]], list[Refused]]:
    found = await read_contracts(session, league_id, ids)
    going: list[tuple[ContractFacts, SignatureFacts]] = []
    refused: list[Refused] = []
    for one in ids:
        contract = found.get(one)
        if contract is None:
            refused.append(Refused(one, missing().text))
            continue
        problem = changed_since(contract, expected.get(one), clock)
        problem = problem or why_not(
            _RULE.act, contract.status, _("{player}'s contract").format(player=contract.player)
        )
        if problem is None and contract.signature is not None:
            going.append((contract, contract.signature))
        else:
            refused.append(Refused(one, problem or ""))
    return going, refused


def _corrected(
    contract: ContractFacts,
    old: SignatureRecord,
    guardians: tuple[GuardianFacts, ...],
    asked: CorrectionRequest,
    choice: SignerChoice | None,
    note: str | None,
) -> SignatureRecord | Notice:
    day = asked.signed_on or old.signed_on
    signer: Signer | Notice
    if choice is None:
        capacity = asked.capacity or old.capacity
        signer = age_notice(contract, capacity, day) or Signer(old.guardian_id, old.signer, capacity)
    else:
        signer = signer_for(contract, guardians, choice, asked.capacity, day)
    if isinstance(signer, Notice):
        return signer
    return SignatureRecord(
        guardian_id=signer.guardian_id,
        signer=signer.name,
        capacity=signer.capacity,
        method=asked.method or old.method,
        signed_on=day,
        note=old.note if note is None else note or None,
    )


async def _write(
    session: AsyncSession, league_id: int, changes: Sequence[_Change], reason: str | None
) -> dict[int, int]:
    rows = await session.execute(
        _CORRECT,
        {
            "league_id": league_id,
            "contract_ids": [one.contract.id for one in changes],
            "old_ids": [one.old_id for one in changes],
            "guardian_ids": [one.new.guardian_id for one in changes],
            "signers": [one.new.signer for one in changes],
            "capacities": [str(one.new.capacity) for one in changes],
            "methods": [str(one.new.method) for one in changes],
            "days": [one.new.signed_on for one in changes],
            "notes": [one.new.note for one in changes],
            "reason": reason,
        },
    )
    written = {row.id: row.signature_id for row in rows}
    return {one.contract.id: written[one.contract.id] for one in changes}


def _entry(change: _Change, signature_id: int, reason: str | None) -> Entry:
    before, after = change.old.differing(change.new)
    return Entry(
        _RULE.done,
        "contract",
        change.contract.id,
        reason=reason,
        before={"signature_id": change.old_id, **before},
        after={"signature_id": signature_id, **after},
    )
