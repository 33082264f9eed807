"""A contract's timeline in words: what happened, and what became of its mails. Pure: facts in, text out."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from msgspec import Struct
from msgspec.structs import replace

from bball_tui.database.states import OutboxState
from bball_tui.language import _, retold
from bball_tui.league.acts import done_words
from bball_tui.league.contracts.lifecycle import TOLD
from bball_tui.league.league_clock import LeagueClock
from bball_tui.league.roster.notes import NoteView
from bball_tui.league.timeline.facts import Attempt, AuditFacts, ContractState, Mail
from bball_tui.outbox.sending_status import machine_of
from bball_tui.time_format import clock
from bball_tui.wording import short_date

_METHODS = {"paper": _("on paper"), "scan": _("by scan"), "e_sign": _("electronically")}


class TimelineEvent(Struct, frozen=True):
    """Something that happened on a day; ``at`` is the moment, where it is known, and ``who`` the person or worker."""

    on: date
    at: datetime | None
    text: str
    who: str | None


def mail_words(mail: Mail, desk: LeagueClock) -> str:
    """What became of a mail."""
    when = "" if mail.at is None else _(" at {when}").format(when=desk.at(mail.at))
    why = f": {retold(mail.error_text)}" if mail.error_text else ""
    if mail.message:
        return f"“{mail.message}”: {mail_words(replace(mail, message=''), desk)}"
    match mail.state:
        case OutboxState.QUEUED if mail.for_chat:
            return _("waiting for the link of the team chat")
        case OutboxState.QUEUED if desk.not_set_up is not None:
            return _("waiting: {clause}").format(clause=_(desk.not_set_up.clause))
        case OutboxState.QUEUED if mail.available_at <= desk.now:
            return _("waiting for its turn") if mail.attempts == 0 else _try(mail, _("now"))
        case OutboxState.QUEUED if mail.untouched:
            return _("leaves at {clock}").format(clock=clock(mail.available_at.astimezone(desk.zone), seconds=True))
        case OutboxState.QUEUED:
            return _try(mail, _("at {when}").format(when=desk.at(mail.available_at))) + why
        case OutboxState.SENDING:
            return _("being sent right now")
        case OutboxState.SENT if mail.came_back:
            return _("came back{why}").format(why=why)
        case OutboxState.SENT:
            return (
                _("written to a folder{when}").format(when=when)
                if mail.in_folder
                else _("accepted by the mail server{when}").format(when=when)
            )
        case OutboxState.IN_DOUBT:
            return _("in doubt{when}: it may have gone out").format(when=when)
        case OutboxState.DEAD:
            return _("failed{when}{why}").format(when=when, why=why)
        case OutboxState.CANCELLED:
            return _("canceled{when}{why}").format(when=when, why=why)
        case OutboxState.SUPPRESSED:
            return _("not sent: the address gets no more e-mail")


def _try(mail: Mail, when: str) -> str:
    return _("try {attempts} of {max_attempts} {when}").format(
        attempts=min(mail.attempts + 1, mail.max_attempts), max_attempts=mail.max_attempts, when=when
    )


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
        TimelineEvent(_day(entry.at, desk), entry.at, _entry_text(entry, recipients, desk), entry.who)
        for entry in entries
    ]
    events += [
        TimelineEvent(_day(one.at, desk), one.at, _attempt_text(one, recipients[one.outbox_id]), machine_of(one.worker))
        for one in attempts
    ]
    events += [
        TimelineEvent(
            _day(note.at, desk),
            note.at,
            note_words(note) + follow_up_words(note, desk.today) + struck_words(note),
            note.by,
        )
        for note in notes
    ]
    events += [
        TimelineEvent(
            _day(mail.queued_at, desk),
            mail.queued_at,
            _("message to {named} queued").format(named=mail.named),
            mail.queued_by,
        )
        for mail in mails
        if mail.message and mail.queued_at is not None
    ]
    events.sort(key=lambda event: event.at or desk.now)
    offered_by_hand = any(entry.entity == "contract" and entry.action == "offered" for entry in entries)
    if contract.offered_on is not None and not offered_by_hand:
        # Only the day is known. On that day it came before all that was done to the contract here, but for an import.
        imports = {entry.at for entry in entries if entry.entity == "league"}
        day = contract.offered_on
        earlier = [event.on < day or (event.on == day and event.at in imports) for event in events]
        events.insert(
            max((place for place, before in enumerate(earlier, 1) if before), default=0),
            TimelineEvent(contract.offered_on, None, _("offered{due}").format(due=_due(contract.due_on, desk)), None),
        )
    return tuple(events)


def note_words(note: NoteView) -> str:
    """What was said, and by whom."""
    return f"{note.heading}: {note.body}"


def follow_up_words(note: NoteView, today: date | None = None) -> str:
    """When to ask again, or that it is done; empty where nobody has to."""
    if note.follow_up is None or note.struck_at is not None:
        return ""
    done = _(", done") if note.done_at is not None else ""
    return _("; follow-up {day}{done}").format(day=short_date(note.follow_up, today), done=done)


def struck_words(note: NoteView) -> str:
    """That it was a mistake, and why; empty where it counts."""
    return "" if note.struck_reason is None else _(" (struck: {reason})").format(reason=retold(note.struck_reason))


def _day(moment: datetime, desk: LeagueClock) -> date:
    return moment.astimezone(desk.zone).date()


def _due(due_on: date | None, desk: LeagueClock) -> str:
    return "" if due_on is None else _(", due {on}").format(on=desk.on(due_on))


def _entry_text(entry: AuditFacts, recipients: Mapping[int, str], desk: LeagueClock) -> str:
    why = f": {retold(entry.reason)}" if entry.reason else ""
    if entry.entity == "outbox":
        done = done_words(entry.action, entry.entity)
        return _("e-mail to {recipient} {done}{why}").format(recipient=recipients[entry.entity_id], done=done, why=why)
    match entry.action:
        case "scan_attached":
            return _("scan attached: {after}").format(after=entry.after.get("name", ""))
        case "scan_removed":
            return _("scan {before} taken off{why}").format(before=entry.before.get("name", ""), why=why)
        case "roster_imported":
            return _("imported from {file}").format(file=entry.after["file"] or _("a file without a name"))
        case "offered":
            due = entry.after.get("due_on")
            return _("offered") if due is None else _("offered, due {due}").format(due=_day_words(due, desk))
        case "signed":
            capacity = _(str(entry.after.get("capacity", "")).replace("_", " "))
            method = _METHODS.get(str(entry.after.get("method")), "")
            return (
                _("signed by {after} ({capacity}) {method}")
                .format(after=entry.after.get("signer"), capacity=capacity, method=method)
                .rstrip()
            )
        case "undone":
            return _("signature taken back") + ("" if entry.reason in (None, "undone") else why)
        case "put_back":
            return _("put back: {what}").format(what=_put_back(entry.after))
        case "created":
            return _("made as a draft{why}").format(why=why)
        case "days_changed":
            due = entry.after.get("due_on", "")
            return (
                _("due date taken away")
                if due is None
                else _("due {due} now").format(due=_day_words(due, desk))
                if due
                else _("day of the offer changed")
            )
        case "moved":
            kept = _("; the signature stays") if entry.after.get("signature") else ""
            return _("moved from {before} to {after}{why}{kept}").format(
                before=entry.before.get("team"), after=entry.after.get("team"), why=why, kept=kept
            )
        case "corrected":
            return f"{_(TOLD['corrected'])}: {_corrected(entry, desk)}{why}"
        case "correction_undone" if said := _corrected(entry, desk):
            return f"{_('correction undone')}: {said}"
        case action:
            return f"{_(TOLD.get(action) or action.replace('_', ' '))}{why}"


def _day_words(day: object, desk: LeagueClock) -> str:
    return desk.on(date.fromisoformat(str(day)))


def _put_back(after: Mapping[str, object]) -> str:
    said = [_("{status} again").format(status=_(str(after["status"])))] if "status" in after else []
    said += [_("with {team} again").format(team=after["team"])] if "team" in after else []
    return ", ".join(said) or _("its dates as before")


_NAMES = {"signer": _("signed by"), "capacity": _("as"), "method": "", "signed_on": _("on"), "note": _("note")}


def _corrected(entry: AuditFacts, desk: LeagueClock) -> str:
    """What the record says now, and what it said before."""

    def said(facts: Mapping[str, object], name: str) -> str:
        value = facts.get(name)
        word = _METHODS.get(str(value)) if name == "method" else str(value or _("none"))
        if name == "signed_on" and value:
            word = _day_words(value, desk)
        if name == "capacity":
            word = _(str(value or "none").replace("_", " "))
        return f"{_NAMES[name]} {word}".strip()

    return ", ".join(
        _("{now} (was {before})").format(now=said(entry.after, name), before=said(entry.before, name))
        for name in _NAMES
        if name in entry.after
    )


def _attempt_text(attempt: Attempt, recipient: str) -> str:
    if attempt.outcome == "accepted" and attempt.phase == "file":
        return _("e-mail to {recipient} written to a folder").format(recipient=recipient)
    if attempt.outcome == "accepted":
        return _("e-mail to {recipient} accepted by the mail server").format(recipient=recipient)
    said = f": {retold(attempt.detail)}" if attempt.detail else ""
    where = _(" at {upper}").format(upper=attempt.phase.upper()) if attempt.phase else ""
    return _("e-mail to {recipient} not accepted ({replace}{where}){said}").format(
        recipient=recipient, replace=_(attempt.outcome.replace("_", " ")), where=where, said=said
    )
