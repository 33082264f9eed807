"""What an outcome of the mail system means for the item and for the provider's gate: one table.

Here the two words meet that otherwise do not know each other: `mail/outcome.py` says what happened, `outbox` and the
gate are told what follows.
"""

from msgspec import Struct
from msgspec.structs import replace

from bball_tui.database.states import GateCause
from bball_tui.delivery.gate_policy import Verdict
from bball_tui.language import _
from bball_tui.mail.answer_patterns import asks_to_slow_down
from bball_tui.mail.outcome import Outcome, OutcomeClass, sameness
from bball_tui.outbox.queue import Claim
from bball_tui.outbox.settling import Ending, Report


class OutcomePolicy(Struct, frozen=True):
    """``counts``: it is an attempt of this mail. ``answered``: the provider is well, whatever it thinks of the mail."""

    ending: Ending
    counts: bool = False
    cause: GateCause | None = None
    answered: bool = False


OUTCOME_POLICIES: dict[OutcomeClass, OutcomePolicy] = {
    OutcomeClass.ACCEPTED: OutcomePolicy(Ending.SENT, counts=True, answered=True),
    OutcomeClass.PERMANENT: OutcomePolicy(Ending.FAILED, counts=True, answered=True),
    OutcomeClass.RECIPIENT_TRANSIENT: OutcomePolicy(Ending.BACK_OFF, counts=True, answered=True),
    OutcomeClass.PROVIDER_TRANSIENT: OutcomePolicy(Ending.PUT_BACK, cause=GateCause.OUTAGE),
    OutcomeClass.QUOTA: OutcomePolicy(Ending.PUT_BACK, cause=GateCause.QUOTA),
    OutcomeClass.AUTH: OutcomePolicy(Ending.PUT_BACK, cause=GateCause.AUTH),
    OutcomeClass.REFUSED: OutcomePolicy(Ending.PUT_BACK, cause=GateCause.REFUSED),
    OutcomeClass.RENDER: OutcomePolicy(Ending.FAILED),
    OutcomeClass.NO_RECIPIENT: OutcomePolicy(Ending.FAILED),
    # A provider that takes mails and does not answer would otherwise put every mail in doubt, one after the other.
    OutcomeClass.IN_DOUBT: OutcomePolicy(Ending.IN_DOUBT, counts=True, cause=GateCause.OUTAGE),
    OutcomeClass.STOPPED: OutcomePolicy(Ending.HAND_BACK),
}


def report_of(claim: Claim, outcome: Outcome) -> Report:
    """What to write down about ``claim``."""
    policy = OUTCOME_POLICIES[outcome.outcome_class]
    code = " ".join(str(part) for part in (outcome.code, outcome.enhanced_code) if part is not None)
    return Report(
        claim=claim,
        ending=policy.ending,
        outcome=outcome.outcome_class.value,
        counts=policy.counts,
        phase=outcome.phase.value,
        code=code or None,
        detail=outcome.text or None,
        # For all others the gate waits; the item itself is ready when the gate is.
        retry_after=outcome.retry_after if policy.ending is Ending.BACK_OFF else None,
        provider_ref=outcome.provider_ref,
    )


def verdict_of(outcome: Outcome, *, probe: bool) -> Verdict:
    """What to tell the gate."""
    policy = OUTCOME_POLICIES[outcome.outcome_class]
    reason = outcome.text
    coded = f"{outcome.enhanced_code or ''} {reason}".strip()
    if asks_to_slow_down(coded) and not asks_to_slow_down(reason):
        reason = coded  # or nobody could tell from it that mails are only to come more slowly
    return Verdict(policy.cause, policy.answered, reason, outcome.retry_after, probe)


SAME_REFUSALS = 3
"""After so many mails in a row that were refused for good in the same words, the next ones wait for a person."""


class Refusals:
    """The net under the table: words that nobody knew yet, with which a provider refuses one mail after the other.

    One for each worker, in memory: it is a net and no count.
    """

    def __init__(self) -> None:
        self._same: str | None = None
        self._recipients: set[str] = set()

    def judge(self, claim: Claim, outcome: Outcome, verdict: Verdict) -> Verdict:
        """``verdict``, or that the gate is to be closed because too many recipients got the same refusal in a row."""
        if outcome.outcome_class is OutcomeClass.ACCEPTED:
            self._same = None
        if (same := sameness(outcome)) is None:
            return verdict
        if same != self._same:
            self._same, self._recipients = same, set()
        self._recipients.add(claim.recipient.lower())
        if len(self._recipients) < SAME_REFUSALS:
            return verdict
        self._same = None
        reason = _("{why} (the same answer to {number} e-mails in a row)").format(
            why=outcome.text or outcome.code, number=SAME_REFUSALS
        )
        return replace(verdict, cause=GateCause.REFUSED, answered=False, reason=reason)
