"""A contract's timeline in words: what happened, what became of its mails, what is next. Pure: facts in, text out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from bball_tui.clock import clock
from bball_tui.database.states import ContractStatus, OutboxState
from bball_tui.league.contracts.facts import LeagueClock
from bball_tui.league.contracts.lifecycle import STATUSES, TOLD
from bball_tui.league.roster.notes import NoteView
from bball_tui.wording import counted, short_date

_METHODS = {"paper": "on paper", "scan": "by scan", "e_sign": "electronically"}


@dataclass(frozen=True, slots=True)
class ContractState:
    """What the next step depends on."""

    status: ContractStatus
    revision: int
    offered_on: date | None
    due_on: date | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail; ``at`` is when it was finished, put on the wire or claimed, in that order of preference."""

    id: int
    revision: int
    recipient: str
    state: OutboxState
    claims: int
    attempts: int
    max_attempts: int
    available_at: datetime
    at: datetime | None
    error_text: str | None
    for_chat: bool = False
    """It waits for the link of the team chat."""
    came_back: bool = False
    """After it was accepted; and nobody dealt with that yet."""
    in_folder: bool = False
    """It was only went to a folder: no mail server had it."""
    message: str = ""
    """The subject of what staff wrote themselves; empty for every other mail."""
    queued_at: datetime | None = None
    queued_by: str = ""

    @property
    def named(self) -> str:
        """To whom, and for a message what it is about."""
        return f"{self.recipient} (“{self.message}”)" if self.message else self.recipient

    @property
    def untouched(self) -> bool:
        return self.state is OutboxState.QUEUED and self.claims == 0


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to send a mail."""

    outbox_id: int
    at: datetime
    worker: str
    outcome: str
    phase: str | None
    detail: str | None


@dataclass(frozen=True, slots=True)
class AuditFacts:
    """One row of the audit."""

    entity: str
    entity_id: int
    action: str
    at: datetime
    who: str
    reason: str | None
    before: Mapping[str, object]
    after: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """Something that happened on a day; ``at`` is the moment, where it is known, and ``who`` the person or worker."""

    on: date
    at: datetime | None
    text: str
    who: str | None


def mail_words(mail: Mail, desk: LeagueClock) -> str:
    """What became of a mail."""
    when = "" if mail.at is None else f" at {desk.at(mail.at)}"
    why = f": {mail.error_text}" if mail.error_text else ""
    if mail.message:
        return f"“{mail.message}”: {mail_words(replace(mail, message=''), desk)}"
    match mail.state:
        case OutboxState.QUEUED if mail.for_chat:
            return "waiting for the link of the team chat"
        case OutboxState.QUEUED if desk.not_set_up is not None:
            return f"waiting: {desk.not_set_up.clause}"
        case OutboxState.QUEUED if mail.available_at <= desk.now:
            return "waiting for its turn" if mail.attempts == 0 else _try(mail, "now")
        case OutboxState.QUEUED if mail.untouched:
            return f"leaves at {clock(mail.available_at.astimezone(desk.zone), seconds=True)}"
        case OutboxState.QUEUED:
            return _try(mail, f"at {desk.at(mail.available_at)}") + why
        case OutboxState.SENDING:
            return "on its way right now"
        case OutboxState.SENT if mail.came_back:
            return f"came back{why}"
        case OutboxState.SENT:
            return f"written to a folder{when}" if mail.in_folder else f"accepted by the mail server{when}"
        case OutboxState.IN_DOUBT:
            return f"in doubt{when}: it may have gone out"
        case OutboxState.DEAD:
            return f"failed{when}{why}"
        case OutboxState.CANCELLED:
            return f"canceled{when}{why}"
        case OutboxState.SUPPRESSED:
            return "not sent: the address gets no more e-mail"


def next_step(contract: ContractState, mails: Sequence[Mail], desk: LeagueClock) -> str:
    """What is next, in one sentence."""
    sentence = STATUSES[contract.status].next
    if sentence is None:
        return _after_signing([mail for mail in mails if mail.revision == contract.revision], desk)
    why = f" ({contract.reason})" if contract.reason else ""
    return sentence.format(days=_days_left(contract.due_on, desk), why=why)


def _after_signing(mails: Sequence[Mail], desk: LeagueClock) -> str:
    by_state: dict[OutboxState, list[Mail]] = {}
    for mail in mails:
        by_state.setdefault(mail.state, []).append(mail)
    if OutboxState.DEAD in by_state:
        mail = by_state[OutboxState.DEAD][0]
        why = f": {mail.error_text.rstrip('.')}" if mail.error_text else ""
        return f"The e-mail to {mail.recipient} failed{why}. Someone must look at it."
    returned = [mail for mail in mails if mail.came_back]
    if returned:
        return f"The e-mail to {returned[0].recipient} came back. Correct the address, or tell the family another way."
    if OutboxState.IN_DOUBT in by_state:
        mail = by_state[OutboxState.IN_DOUBT][0]
        return f"The e-mail to {mail.recipient} may or may not have gone out. Someone must decide."
    if OutboxState.SENDING in by_state:
        return f"The e-mail to {by_state[OutboxState.SENDING][0].recipient} is on its way right now."
    waiting = by_state.get(OutboxState.QUEUED, [])
    if waiting and all(mail.for_chat for mail in waiting):
        what = "The e-mail waits" if len(waiting) == 1 else f"{len(waiting)} e-mails wait"
        return f"{what} for the link of the team chat; until then undo cancels everything."
    if waiting and desk.not_set_up is not None:
        what = "so the e-mail waits" if len(waiting) == 1 else f"so {len(waiting)} e-mails wait"
        return f"{desk.not_set_up.sentence}, {what}. {desk.not_set_up.way_out}"
    if waiting:
        first = min(waiting, key=lambda mail: mail.available_at)
        if all(mail.untouched for mail in waiting) and first.available_at > desk.now:
            leaves = clock(first.available_at.astimezone(desk.zone), seconds=True)
            what = "The e-mail leaves" if len(waiting) == 1 else f"{len(waiting)} e-mails leave"
            return f"{what} at {leaves}; until then undo cancels everything."
        return f"The e-mail to {first.recipient}: {mail_words(first, desk)}."
    sent = len(by_state.get(OutboxState.SENT, ()))
    if sent and all(mail.in_folder for mail in by_state[OutboxState.SENT]):
        had = "it" if sent == 1 else "them"
        return f"{counted(sent, 'welcome e-mail')} written to a folder: no mail server had {had}."
    if sent:
        return f"Nothing more to do: {counted(sent, 'welcome e-mail')} accepted by the mail server."
    if mails:
        return "The welcome e-mail was not sent. Tell the family another way."
    return "No one was told by e-mail. Tell the family another way."


def _days_left(due_on: date | None, desk: LeagueClock) -> str:
    if due_on is None:
        return ""
    days = (due_on - desk.today).days
    if days == 0:
        return ", due today"
    return f", {counted(days, 'day')} left" if days > 0 else f", {counted(-days, 'day')} overdue"


def _try(mail: Mail, when: str) -> str:
    return f"try {min(mail.attempts + 1, mail.max_attempts)} of {mail.max_attempts} {when}"


def timeline_of(
    contract: ContractState,
    entries: Sequence[AuditFacts],
    mails: Sequence[Mail],
    attempts: Sequence[Attempt],
    desk: LeagueClock,
    notes: Sequence[NoteView] = (),
) -> tuple[TimelineEvent, ...]:
    """What happened to the contract and its mails and what the family said, the oldest first."""
    recipients = {mail.id: mail.named for mail in mails}
    events = [
        TimelineEvent(_day(entry.at, desk), entry.at, _entry_text(entry, recipients), entry.who) for entry in entries
    ]
    events += [
        TimelineEvent(_day(one.at, desk), one.at, _attempt_text(one, recipients[one.outbox_id]), one.worker)
        for one in attempts
    ]
    events += [
        TimelineEvent(_day(note.at, desk), note.at, note_words(note) + follow_up_words(note, desk.today), note.by)
        for note in notes
        if note.struck_at is None
    ]
    events += [
        TimelineEvent(_day(mail.queued_at, desk), mail.queued_at, f"message to {mail.named} queued", mail.queued_by)
        for mail in mails
        if mail.message and mail.queued_at is not None
    ]
    events.sort(key=lambda event: event.at or desk.now)
    offered_by_hand = any(entry.entity == "contract" and entry.action == "offered" for entry in entries)
    if contract.offered_on is not None and not offered_by_hand:
        # Only the day is known. What an import put on the roster is older than all that was done to it here.
        events.insert(0, TimelineEvent(contract.offered_on, None, f"offered{_due(contract.due_on, desk)}", None))
    return tuple(events)


def note_words(note: NoteView) -> str:
    """What was said, and by whom."""
    return f"{note.heading}: {note.body}"


def follow_up_words(note: NoteView, today: date | None = None) -> str:
    """When to ask again, or that it is done; empty where nobody has to."""
    if note.follow_up is None or note.struck_at is not None:
        return ""
    done = ", done" if note.done_at is not None else ""
    return f"; follow-up {short_date(note.follow_up, today)}{done}"


def _day(moment: datetime, desk: LeagueClock) -> date:
    return moment.astimezone(desk.zone).date()


def _due(due_on: date | None, desk: LeagueClock) -> str:
    return "" if due_on is None else f", due {desk.on(due_on)}"


def _entry_text(entry: AuditFacts, recipients: Mapping[int, str]) -> str:
    why = f": {entry.reason}" if entry.reason else ""
    if entry.entity == "outbox":
        done = entry.action.removeprefix("outbox_").replace("_", " ")
        return f"e-mail to {recipients[entry.entity_id]} {done}{why}"
    match entry.action:
        case "scan_attached":
            return f"scan attached: {entry.after.get('name', '')}"
        case "scan_removed":
            return f"scan {entry.before.get('name', '')} taken off{why}"
        case "offered":
            due = entry.after.get("due_on")
            return "offered" if due is None else f"offered, due {due}"
        case "signed":
            capacity = str(entry.after.get("capacity", "")).replace("_", " ")
            method = _METHODS.get(str(entry.after.get("method")), "")
            return f"signed by {entry.after.get('signer')} ({capacity}) {method}".rstrip()
        case "undone":
            return "signature taken back" + ("" if entry.reason in (None, "undone") else why)
        case "created":
            return f"made as a draft{why}"
        case "days_changed":
            due = entry.after.get("due_on", "")
            return "due date taken away" if due is None else f"due {due} now" if due else "day of the offer changed"
        case "moved":
            kept = "; the signature stays" if entry.after.get("signature") else ""
            return f"moved from {entry.before.get('team')} to {entry.after.get('team')}{why}{kept}"
        case "corrected":
            return f"{TOLD['corrected']}: {_corrected(entry)}{why}"
        case action:
            return f"{TOLD.get(action) or action.replace('_', ' ')}{why}"


_NAMES = {"signer": "signed by", "capacity": "as", "method": "", "signed_on": "on", "note": "note"}


def _corrected(entry: AuditFacts) -> str:
    """What the record says now, and what it said before."""

    def said(facts: Mapping[str, object], name: str) -> str:
        value = facts.get(name)
        word = _METHODS.get(str(value)) if name == "method" else str(value or "none").replace("_", " ")
        return f"{_NAMES[name]} {word}".strip()

    return ", ".join(
        f"{said(entry.after, name)} (was {said(entry.before, name)})" for name in _NAMES if name in entry.after
    )


def _attempt_text(attempt: Attempt, recipient: str) -> str:
    if attempt.outcome == "accepted" and attempt.phase == "file":
        return f"e-mail to {recipient} written to a folder"
    if attempt.outcome == "accepted":
        return f"e-mail to {recipient} accepted by the mail server"
    said = f": {attempt.detail}" if attempt.detail else ""
    where = f" at {attempt.phase.upper()}" if attempt.phase else ""
    return f"e-mail to {recipient} not accepted ({attempt.outcome.replace('_', ' ')}{where}){said}"
