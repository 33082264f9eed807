"""What is next for a contract, and what undo or voiding still keeps from happening. Pure: facts in, a sentence out."""

from collections.abc import Sequence
from datetime import date, datetime

from bball_tui.database.states import OutboxState
from bball_tui.language import _, retold
from bball_tui.league.contracts.lifecycle import STATUSES
from bball_tui.league.league_clock import LeagueClock
from bball_tui.league.timeline.facts import ContractState, Mail
from bball_tui.league.timeline.words import mail_words
from bball_tui.time_format import clock
from bball_tui.wording import counted


def next_step(contract: ContractState, mails: Sequence[Mail], desk: LeagueClock) -> str:
    """What is next, in one sentence."""
    sentence = STATUSES[contract.status].next
    if sentence is None:
        return _after_signing([mail for mail in mails if mail.revision == contract.revision], contract.undo_until, desk)
    why = f" ({retold(contract.reason)})" if contract.reason else ""
    return _(sentence).format(days=_days_left(contract.due_on, desk), why=why)


def _after_signing(mails: Sequence[Mail], undo_until: datetime | None, desk: LeagueClock) -> str:
    by_state: dict[OutboxState, list[Mail]] = {}
    for mail in mails:
        by_state.setdefault(mail.state, []).append(mail)
    if OutboxState.DEAD in by_state:
        mail = by_state[OutboxState.DEAD][0]
        why = f": {retold(mail.error_text).rstrip('.')}" if mail.error_text else ""
        return _("The e-mail to {recipient} failed{why}. Someone must look at it.").format(
            recipient=mail.recipient, why=why
        )
    returned = [mail for mail in mails if mail.came_back]
    if returned:
        return _("The e-mail to {recipient} came back. Correct the address, or tell the family another way.").format(
            recipient=returned[0].recipient
        )
    if OutboxState.IN_DOUBT in by_state:
        mail = by_state[OutboxState.IN_DOUBT][0]
        return _("The e-mail to {recipient} may or may not have gone out. Someone must decide.").format(
            recipient=mail.recipient
        )
    if OutboxState.SENDING in by_state:
        return _("The e-mail to {recipient} is being sent right now.").format(
            recipient=by_state[OutboxState.SENDING][0].recipient
        )
    waiting = by_state.get(OutboxState.QUEUED, [])
    if waiting and all(mail.for_chat for mail in waiting):
        what = _("The e-mail waits") if len(waiting) == 1 else _("{waiting} e-mails wait").format(waiting=len(waiting))
        waits = _("{what} for the link of the team chat").format(what=what)
        return f"{waits}; {_what_cancels(waiting, undo_until, None, desk)}"
    if waiting and desk.not_set_up is not None:
        what = (
            _("so the e-mail waits")
            if len(waiting) == 1
            else _("so {waiting} e-mails wait").format(waiting=len(waiting))
        )
        return f"{_(desk.not_set_up.sentence)}, {what}. {_(desk.not_set_up.way_out)}"
    if waiting:
        first = min(waiting, key=lambda mail: mail.available_at)
        if all(mail.untouched for mail in waiting) and first.available_at > desk.now:
            leaves = clock(first.available_at.astimezone(desk.zone), seconds=True)
            what = (
                _("The e-mail leaves")
                if len(waiting) == 1
                else _("{waiting} e-mails leave").format(waiting=len(waiting))
            )
            goes = _("{what} at {leaves}").format(what=what, leaves=leaves)
            return f"{goes}; {_what_cancels(waiting, undo_until, first.available_at, desk)}"
        return _("The e-mail to {recipient}: {mail_words}.").format(
            recipient=first.recipient, mail_words=mail_words(first, desk)
        )
    sent = len(by_state.get(OutboxState.SENT, ()))
    if sent and all(mail.in_folder for mail in by_state[OutboxState.SENT]):
        had = "it" if sent == 1 else "them"
        return _("{welcome_e_mail} written to a folder: no mail server had {had}.").format(
            welcome_e_mail=counted(sent, "welcome e-mail"), had=had
        )
    if sent:
        return _("Nothing more to do: {welcome_e_mail} accepted by the mail server.").format(
            welcome_e_mail=counted(sent, "welcome e-mail")
        )
    if mails:
        return _("The welcome e-mail was not sent. Tell the family another way.")
    return _("No one was told by e-mail. Tell the family another way.")


def _what_cancels(
    waiting: Sequence[Mail], undo_until: datetime | None, leaves: datetime | None, desk: LeagueClock
) -> str:
    """How e-mails that nobody had are kept from leaving: undo is promised no longer than it is offered."""
    if undo_until is None or undo_until <= desk.now:
        one = _("until then voiding the contract cancels it.")
        return one if len(waiting) == 1 else _("until then voiding the contract cancels them.")
    if leaves is not None and leaves <= undo_until:
        return _("until then undo cancels everything.")
    until = clock(undo_until.astimezone(desk.zone), seconds=True)
    return _("undo cancels everything until {until}.").format(until=until)


def _days_left(due_on: date | None, desk: LeagueClock) -> str:
    if due_on is None:
        return ""
    days = (due_on - desk.today).days
    if days == 0:
        return _(", due today")
    return (
        _(", {days} left").format(days=counted(days, "day"))
        if days > 0
        else _(", {days} overdue").format(days=counted(-days, "day"))
    )
