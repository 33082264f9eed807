"""Between the dialog of a message, which knows no database, and its services, which know no screen.

Imported by the commands that need it: SQLAlchemy comes with it.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from bball_tui.errors import BballError
from bball_tui.language import _, plural
from bball_tui.league.mails.audience import Audience
from bball_tui.league.mails.messages import (
    Message,
    MessagePlan,
    Reach,
    no_one,
    plan_message,
    preview_message,
    reach_of,
    send_message,
)
from bball_tui.league.mails.preview import MailPreview
from bball_tui.tui.dialogs.confirm import Confirm
from bball_tui.tui.dialogs.error_box import ErrorDialog
from bball_tui.tui.dialogs.read_mail import ReadMail
from bball_tui.tui.dialogs.write_message import Draft, WriteMessage
from bball_tui.tui.editor import edit_text
from bball_tui.tui.mail_reading import letter_of
from bball_tui.tui.tab_events import MessageQueued
from bball_tui.tui.tabs.outbox_sending import what_holds
from bball_tui.tui.theme import Tone
from bball_tui.wording import counted, listed

if TYPE_CHECKING:
    from textual.app import App

    from bball_tui.tui.connection import LeagueConnection

    Host = App[Any]

MOST_NAMED = 4
AT_ONCE = 10
"""E-mails that are written between two looks at the keys."""
MOST_READ = 60
"""E-mails of one message that can be read before it is sent."""


async def write_message(app: "Host", connection: "LeagueConnection", audience: Audience) -> bool:
    """Write, read and send a message to ``audience``. Call it from a worker. True: it was queued."""
    try:
        reach = await connection.call(reach_of, audience)
    except BballError as error:
        await app.push_screen_wait(ErrorDialog(str(error), title=_("There is no one to write to")))
        return False
    if not reach.addresses:
        lines = [line for line, __ in _reach_lines(audience, reach)]
        await app.push_screen_wait(ErrorDialog("\n".join(lines), title=_("There is no one to write to")))
        return False

    audience = reach.audience  # those who are shown now are written to, whatever happens while one writes

    async def look(draft: Draft) -> None:
        await _read(app, connection, Message(audience, draft.subject, draft.text))

    async def send(draft: Draft) -> bool:
        return await _send(app, connection, Message(audience, draft.subject, draft.text))

    async def edit(draft: Draft) -> Draft:
        return Draft(draft.subject, await edit_text(app, draft.text))

    dialog = WriteMessage(_reach_lines(audience, reach), look=look, send=send, edit=edit)
    queued = await app.push_screen_wait(dialog)
    return queued is True


def _reach_lines(audience: Audience, reach: Reach) -> list[tuple[str, Tone]]:
    goes = counted(reach.addresses, "address", "addresses")
    about = counted(reach.players - len(reach.nothing), "player")
    lines = [(_("To {words}: {goes}, {about}.").format(words=audience.told, goes=goes, about=about), Tone.MUTED)]
    if reach.nothing:
        named = [f"{one.player} ({one.why})" for one in reach.nothing[:MOST_NAMED]]
        more = len(reach.nothing) - len(named)
        who = listed([*named, _("{more} more").format(more=more)] if more else named)
        lines.append((_("Nothing goes to the family of {who}.").format(who=who), Tone.WARN))
    if reach.over:
        lines.append(
            (
                plural(
                    "{number:,} more contract is over and gets nothing; filter by status to write to that family.",
                    "{number:,} more contracts are over and get nothing; filter by status to write to those families.",
                    reach.over,
                ).format(number=reach.over),
                Tone.WARN,
            )
        )
    if reach.blocked:
        lines.append((_("Blocked: {blocked}.").format(blocked=_some(reach.blocked)), Tone.WARN))
    return lines


def _some(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMED
    return listed([*names[:MOST_NAMED], _("{more} more").format(more=more)] if more > 0 else names)


async def _read(app: "Host", connection: "LeagueConnection", message: Message) -> None:
    """Each e-mail, as many as can be read at a time."""
    mails: list[MailPreview] = []
    while True:
        plan, some = await connection.call(
            preview_message, connection.settings, message, start=len(mails), most=AT_ONCE
        )
        mails += some
        if not some or len(mails) >= min(MOST_READ, len(plan.items)):
            break
    if not mails:
        raise BballError(_nothing_new(plan))
    if len(plan.items) > len(mails):
        app.notify(
            _("These are the first {mails} of {items} e-mails.").format(mails=len(mails), items=len(plan.items)),
            markup=False,
        )
    letters = [letter_of(app, connection, mail) for mail in mails]
    await app.push_screen_wait(ReadMail(*letters))


async def _send(app: "Host", connection: "LeagueConnection", message: Message) -> bool:
    plan = await connection.call(plan_message, message)
    if not plan.readers:
        raise BballError(_nothing_new(plan))
    number = counted(len(plan.readers), "e-mail")
    goes = _("{number} to {words}, about {players}: {subject}").format(
        number=number,
        words=message.audience.told,
        players=counted(plan.players - len(plan.nothing), "player"),
        subject=plan.subject,
    )
    lines = [goes, *plan.notes]
    if plan.nothing:
        lines.append(
            _("{players} whose family gets nothing: {names}.").format(
                players=counted(len(plan.nothing), "player"), names=_some(_names(plan))
            )
        )
    if plan.blocked:
        lines.append(_("Blocked, and not written to: {blocked}.").format(blocked=_some(plan.blocked)))
    if (held := await what_holds(connection)) is not None:
        lines.append(held)
    if not await app.push_screen_wait(
        Confirm(_("Send the message?"), lines, _("Send {number}").format(number=number), cancel_label=_("Back"))
    ):
        return False
    asked = Message(message.audience, message.subject, message.text, len(plan.readers))
    sent = await connection.call(send_message, asked)
    app.screen_stack[0].post_message(MessageQueued(sent.outbox_ids, connection.league.hold_seconds))
    return True


def _names(plan: MessagePlan) -> list[str]:
    return [one.player for one in plan.nothing]


def _nothing_new(plan: MessagePlan) -> str:
    return plan.notes[0] if plan.already else no_one(plan)
