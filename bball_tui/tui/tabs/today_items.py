"""What needs a person now, each as one line that leads to its fix. Pure: facts in, lines out."""

from collections.abc import Iterator, Sequence
from datetime import datetime, time
from enum import StrEnum
from typing import TYPE_CHECKING
from zlib import crc32

from msgspec import Struct

from bball_tui.database.states import GateCause
from bball_tui.language import _, plural, retold
from bball_tui.settings import SET_SENDER, SET_UP_MAIL, WITHOUT_SENDER, WITHOUT_SERVER
from bball_tui.tui.key_hints import key_of, with_keys
from bball_tui.tui.tabs.counts_panel import Kind
from bball_tui.tui.theme import Tone
from bball_tui.wording import counted, short_date

if TYPE_CHECKING:
    from bball_tui.delivery.bounce_mailbox import UnreadReport
    from bball_tui.league.roster.notes import NoteView
    from bball_tui.league.today import ContractDay
    from bball_tui.mail.template_check import Finding
    from bball_tui.outbox.counts import Heap, MailDay


class Question(StrEnum):
    """What the outbox asks at once when somebody comes for it."""

    PAUSE = "pause"
    GATE = "gate"


class Fix(Struct, frozen=True):
    """Where a need is dealt with: a tab, what to show there, and the question to begin with, if any.

    ``trouble`` is the name of a trouble of contracts, ``search`` what to search for, ``view`` a view of the tab and
    ``what`` what became of the mails to list there. ``command`` is the id of a command of the desk that deals with
    it instead of a tab. ``status`` narrows contracts to one status, and teams to those whose chat is in one state.
    """

    tab: str
    kind: Kind | None = None
    trouble: str | None = None
    question: Question | None = None
    search: str = ""
    view: str | None = None
    what: str = ""
    command: str = ""
    status: str = ""


class AttentionItem(Struct, frozen=True):
    """One line. ``key`` stays the same however the numbers change; ``advice`` is a sentence or two."""

    key: str
    tone: Tone
    sentence: str
    advice: str
    fix: Fix
    since: "datetime | None" = None
    note: "NoteView | None" = None
    """The follow-up that the line is."""

    @property
    def id(self) -> int:
        """The same as long as the key is, so that the cursor stays on the line."""
        return crc32(self.key.encode())


class ReturnedMails(Struct, frozen=True):
    """The folder ``bounce_dir`` as this computer sees it: what a person has to read there, or why nobody can."""

    folder: str
    unread: "tuple[UnreadReport, ...]" = ()
    trouble: str = ""


TO_MAIL_SETUP = Fix("outbox", command="mail.setup")


def attention_items(
    mails: "MailDay",
    contracts: "ContractDay",
    templates: "Sequence[Finding]" = (),
    returned: "ReturnedMails | None" = None,
    follow_ups: "Sequence[NoteView]" = (),
    *,
    worker_comes: bool,
) -> tuple[AttentionItem, ...]:
    """Everything that needs a person, what concerns most mails first. ``worker_comes``: one is being started here.

    E-mails and follow-ups are those of the whole league; what is of the shown season alone names it.

    ``templates`` are the errors in the league's own mail templates, ``returned`` what only a person can read among
    the returned mails, ``follow_ups`` the notes whose day has come.
    """
    return (
        *_sending(mails, worker_comes=worker_comes),
        *_follow_ups(mails, follow_ups),
        *_mails(mails),
        *_returned(returned),
        *_templates(mails, templates),
        *_contracts(mails, contracts),
        *_chats(contracts),
    )


def _sending(mails: "MailDay", *, worker_comes: bool) -> Iterator[AttentionItem]:
    now = mails.sending
    for gate in now.holding():
        if gate.after_restore:
            advice = _(
                "The e-mails that wait may have gone out since that backup was made, and would go out again. Enter "
                "lists them: cancel ({key}) what families have already, then resume ({key_2})."
            ).format(key=key_of("mail.cancel"), key_2=key_of("mail.pause"))
            yield AttentionItem(
                "restored", Tone.WARN, now.hold(gate), advice, Fix("outbox", Kind("queued")), gate.since
            )
        elif gate.pauses:
            advice = _("Someone paused all sending on purpose. Enter asks whether to resume it.")
            yield AttentionItem(
                "pause", Tone.WARN, now.hold(gate), advice, Fix("outbox", question=Question.PAUSE), gate.since
            )
        elif gate.cause is GateCause.AUTH:
            advice = _(
                "Enter opens Set up e-mail: correct login or password there. The mail server said: “{reason}”."
            ).format(reason=retold(gate.reason or ""))
            yield AttentionItem(
                f"gate {gate.provider}",
                Tone.WARN,
                now.hold(gate),
                advice,
                TO_MAIL_SETUP,
                gate.since,
            )
        else:
            ours = gate.cause is not None and str(gate.cause) == "refused"
            blame = _("No family's address is to blame: check the From address and the account. ") if ours else ""
            advice = _("The mail server said: “{reason}”. {blame}Enter asks whether to try it now.").format(
                reason=retold(gate.reason or ""), blame=blame
            )
            fix = Fix("outbox", question=Question.GATE)
            yield AttentionItem(f"gate {gate.provider}", Tone.WARN, now.hold(gate), advice, fix, gate.since)
    if mails.waiting and now.nowhere_to_send:
        waiting = counted(mails.waiting, "e-mail waits", "e-mails wait")
        sentence = f"{_(WITHOUT_SERVER.sentence)}: {waiting}."
        advice = _("{set_up_mail} You can keep signing; nothing is lost.").format(set_up_mail=with_keys(_(SET_UP_MAIL)))
        yield AttentionItem("mail server", Tone.BAD, sentence, advice, TO_MAIL_SETUP)
    elif mails.waiting and now.no_sender:
        waiting = counted(mails.waiting, "e-mail waits", "e-mails wait")
        sentence = f"{_(WITHOUT_SENDER.sentence)}: {waiting}."
        advice = _("{set_sender} You can keep signing; nothing is lost.").format(set_sender=with_keys(_(SET_SENDER)))
        yield AttentionItem("from address", Tone.BAD, sentence, advice, TO_MAIL_SETUP)
    elif mails.waiting and not now.workers and not worker_comes:
        number = counted(mails.waiting, "e-mail")
        sentence = _("No worker is running: {e_mail} cannot go out.").format(e_mail=number)
        advice = _("Start one with 'bball-tui worker', on this computer or another. Nothing is lost until then.")
        if (why := now.not_served) is not None:
            sentence, advice = _("No worker sends for this league: {e_mail} cannot go out.").format(e_mail=number), why
        yield AttentionItem("worker", Tone.BAD, sentence, advice, Fix("outbox", Kind("queued")))


def _mails(mails: "MailDay") -> Iterator[AttentionItem]:
    for heap in mails.failed:
        sentence = _("{e_mail} failed: {phrase}.").format(
            e_mail=counted(heap.count, "e-mail"), phrase=_(heap.cause.phrase)
        )
        fix = Fix("outbox", Kind("failed", heap.cause.name))
        yield AttentionItem(f"failed {heap.cause.name}", Tone.BAD, sentence, _failed_advice(heap), fix, heap.oldest)
    for heap in mails.bounced:
        sentence = _("{e_mail} came back: {phrase}.").format(
            e_mail=counted(heap.count, "e-mail"), phrase=_(heap.cause.phrase)
        )
        advice = _("{way_out} Enter lists the e-mails, to correct an address and send them there.").format(
            way_out=_(heap.cause.way_out)
        )
        fix = Fix("emails", what="came_back")
        yield AttentionItem(f"bounced {heap.cause.name}", Tone.BAD, sentence, advice, fix, heap.oldest)
    if (doubt := mails.in_doubt) is not None:
        sentence = _("{e_mail} may or may not have arrived.").format(e_mail=counted(doubt.count, "e-mail"))
        advice = _("Ask the families; then {key} says for each that it arrived, or sends it again.").format(
            key=key_of("mail.resolve")
        )
        fix = Fix("outbox", Kind("in_doubt"))
        yield AttentionItem("in doubt", Tone.WARN, sentence, advice, fix, doubt.oldest)
    if mails.late_since is not None:
        verb = plural("is due and does", "are due and do", mails.due)
        sentence = _("{e_mail} {verb} not go out, although a worker runs.").format(
            e_mail=counted(mails.due, "e-mail"), verb=verb
        )
        advice = _("Look into the log of the worker's computer, or restart the worker. Nothing is lost.")
        yield AttentionItem("late", Tone.WARN, sentence, advice, Fix("outbox", Kind("queued")), mails.late_since)


def _returned(returned: "ReturnedMails | None") -> Iterator[AttentionItem]:
    if returned is None:
        return
    fix = Fix("emails")
    if returned.trouble:
        advice = _(
            "{trouble} Until then no one hears from it of e-mails that came back. The folder is the "
            "setting bounce_dir; it is looked at again and again, and this line goes away by itself."
        ).format(trouble=returned.trouble)
        yield AttentionItem("bounce folder", Tone.WARN, _("Returned e-mails cannot be read."), advice, fix)
    for one in returned.unread:
        advice = _(
            "It looks as if one of our e-mails came back, and the program cannot tell which. Open {file} "
            "in {folder} with a mail program and tell the family another way, or correct their address. "
            "This line goes away when the file is marked as read or taken out of the folder."
        ).format(file=one.file, folder=returned.folder)
        if one.fault:
            advice = _(
                "{fault}. Allow this program to read {file} in {folder}, or take it out of the folder; "
                "then this line goes away. The other returned e-mails are read all the same."
            ).format(fault=one.fault, file=one.file, folder=returned.folder)
        sentence = _("A returned e-mail cannot be read: {subject}.").format(subject=one.subject or one.file)
        yield AttentionItem(f"returned {one.file} {one.subject}", Tone.WARN, sentence, advice, fix)


def _templates(mails: "MailDay", errors: "Sequence[Finding]") -> Iterator[AttentionItem]:
    for one in errors:
        place = one.file if one.line is None else _("{file}, line {line}").format(file=one.file, line=one.line)
        advice = _(
            "{place}: {problem} Until it is fixed, the standard e-mail goes out instead. The file is "
            "looked at again whenever it is saved; the Check view of E-mails ({key}) lists it."
        ).format(place=place, problem=one.problem, key=key_of("tab.emails"))
        sentence = _("Your template {file} can't be used.").format(file=one.file)
        yield AttentionItem(f"template {one.file}", Tone.WARN, sentence, advice, Fix("emails"))
    for trouble in mails.overrides:
        sentence = _("{e_mail} went out in the standard text: your own template is broken.").format(
            e_mail=counted(trouble.mails, "e-mail")
        )
        advice = _(
            "{notice} The Check view of E-mails ({key}) shows what to fix. E-mails go out all the same, and this line "
            "goes away with the next good one."
        ).format(notice=trouble.notice, key=key_of("tab.emails"))
        yield AttentionItem(f"template {trouble.kind}", Tone.WARN, sentence, advice, Fix("emails"), trouble.since)


def _failed_advice(heap: "Heap") -> str:
    return _("{way_out} Enter lists them, to try them all again or to correct an address.").format(
        way_out=_(heap.cause.way_out)
    )


def _follow_ups(mails: "MailDay", notes: "Sequence[NoteView]") -> Iterator[AttentionItem]:
    zone, today = mails.sending.zone, mails.sending.now.astimezone(mails.sending.zone).date()
    for note in notes:
        about = "" if note.player is None or note.guardian is None else f" ({note.player})"
        sentence = _("Ask {guardian} again{about}: {body}").format(
            guardian=note.guardian or note.player, about=about, body=note.body
        )
        number = _(" The number is {phone}.").format(phone=note.phone) if note.phone else ""
        if note.phone_hidden:
            number = _(" The number is hidden for your role.")
        noted = short_date(note.at.astimezone(zone).date(), today)
        advice = _(
            "{by} noted it on {noted}.{number} Enter shows the family. {key} says that it is done, "
            "{key_2} moves it to another day, {key_3} notes what the family said."
        ).format(
            by=note.by,
            noted=noted,
            number=number,
            key=key_of("today.done"),
            key_2=key_of("today.later"),
            key_3=key_of("today.note"),
        )
        since = None
        if note.follow_up is not None and note.follow_up < today:
            since = datetime.combine(note.follow_up, time(), zone)
        fix = Fix("players", search=note.player or note.guardian or "")
        yield AttentionItem(f"follow-up {note.id}", Tone.ACCENT, sentence, advice, fix, since, note)


def _contracts(mails: "MailDay", contracts: "ContractDay") -> Iterator[AttentionItem]:
    today = mails.sending.now.astimezone(mails.sending.zone).date()
    if contracts.overdue:
        first = (
            ""
            if contracts.overdue_since is None
            else _(", the first since {day}").format(day=short_date(contracts.overdue_since, today))
        )
        sentence = plural(
            "{contracts} is overdue{first}.", "{contracts} are overdue{first}.", contracts.overdue
        ).format(contracts=counted(contracts.overdue, "contract"), first=first)
        fix = Fix("contracts", trouble="overdue")
        advice = _(
            "Ask these families. Enter lists them; {key} there is a list of calls, with numbers and the last contact."
        ).format(key=key_of("contract.calls"))
        yield AttentionItem("overdue", Tone.WARN, _of_season(contracts, sentence), advice, fix)
    if contracts.unreachable:
        sentence = plural(
            "{players} with an open offer has no parent e-mail.",
            "{players} with an open offer have no parent e-mail.",
            contracts.unreachable,
        ).format(players=counted(contracts.unreachable, "player"))
        advice = _("You can sign them, but no one will get an e-mail. Add a parent's e-mail address or import it.")
        fix = Fix("contracts", trouble="unreachable")
        yield AttentionItem("unreachable", Tone.WARN, _of_season(contracts, sentence), advice, fix)


def _chats(contracts: "ContractDay") -> Iterator[AttentionItem]:
    if contracts.chats:
        sentence = plural("{teams} needs you for its chat.", "{teams} need you for their chats.", contracts.chats)
        advice = _(
            "When GroupMe was last read, a chat was not found, or a person had to choose. Enter lists these teams in "
            "GroupMe, with the reason of each beside it; {key} there asks GroupMe again, {key_2} links a group, "
            "{key_3} unlinks one."
        ).format(key=key_of("chat.read"), key_2=key_of("chat.link"), key_3=key_of("chat.unlink"))
        fix = Fix("groupme", status=contracts.chat_state or "")
        teams = counted(contracts.chats, "team")
        sentence = _of_season(contracts, sentence.format(teams=teams))
        yield AttentionItem("chats", Tone.WARN, sentence, advice, fix)


def _of_season(contracts: "ContractDay", sentence: str) -> str:
    return f"{contracts.season}: {sentence}" if contracts.season else sentence
