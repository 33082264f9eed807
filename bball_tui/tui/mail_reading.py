"""Reading mails from anywhere on the screen: the dialog, with all that can be done with a mail in it.

Imported by the commands that need it: SQLAlchemy comes with it.
"""

import asyncio
from collections.abc import Awaitable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from bball_tui.delivery.send_test_mail import send_test
from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.league.mails.preview import MailPreview, last_copy
from bball_tui.mail.mail_diff import difference
from bball_tui.mail.my_address import remembered
from bball_tui.settings import WITHOUT_SERVER
from bball_tui.tui.browser import how_to_fetch, open_page
from bball_tui.tui.dialogs.error_box import ErrorDialog
from bball_tui.tui.dialogs.my_address import MyAddress
from bball_tui.tui.dialogs.read_mail import Letter, ReadMail
from bball_tui.tui.key_hints import with_keys
from bball_tui.tui.mail_text import difference_lines, headers_of, page_lines, read_parts, sizes, text_lines
from bball_tui.tui.text import Part, clean

if TYPE_CHECKING:
    from textual.app import App

    from bball_tui.tui.connection import LeagueConnection

_STATES = {
    None: _("This is what the family gets."),
    "sent": _("This is the e-mail that the mail server accepted, byte for byte."),
    "in_folder": _("This is the e-mail that was written to a folder. No mail server had it."),
    "in_doubt": _("This is the e-mail that may have gone out."),
    "dead": _("This e-mail failed. It goes out like this when it is tried again."),
    "sending": _("This e-mail is being sent right now."),
    "cancelled": _("This e-mail was canceled."),
    "suppressed": _("This e-mail was not sent: the address takes none."),
}


def letter_of(app: "App[Any]", connection: "LeagueConnection", mail: "MailPreview") -> Letter:
    """The mail with what can be done with it."""
    both = read_parts(mail.mime)
    state = "in_folder" if mail.in_folder else None if mail.state is None else str(mail.state)
    note = _STATES.get(state) or (
        _("This is the e-mail as it was written, and it never changes.")
        if mail.frozen
        else _("It is not written yet. This is what it would be now.")
    )
    if state in ("cancelled", "suppressed", "dead") and not mail.frozen:
        note += _(" It was never written; this is what it would be now.")
    return Letter(
        note=note,
        headers=headers_of(mail.mime, connection.league.zone),
        page=page_lines(both),
        text=text_lines(both),
        warnings=tuple(_(warning) for warning in mail.warnings),
        sizes=sizes(both, mail.mime),
        open=partial(_open, app, connection, both.html or both.text),
        send=partial(_send, app, connection, mail),
        compare=partial(_compare, connection, mail),
    )


async def read_mails(app: "App[Any]", connection: "LeagueConnection", mails: "Sequence[MailPreview]") -> None:
    """Show mails until the dialog is closed."""
    await app.push_screen_wait(ReadMail(*(letter_of(app, connection, mail) for mail in mails)))


async def read_asked(
    app: "App[Any]",
    connection: "LeagueConnection",
    asked: "Awaitable[Sequence[MailPreview] | MailPreview]",
    *,
    nobody: str = _("No e-mail: there is no guardian whom an e-mail can reach."),
) -> None:
    """Show the mails that were asked for, or say why there are none; ``nobody`` when nobody would get one."""
    try:
        found = await asked
    except BballError as error:
        await app.push_screen_wait(ErrorDialog(str(error), title=_("There is no e-mail to show")))
        return
    mails = found if isinstance(found, Sequence) else [found]
    if mails:
        await read_mails(app, connection, mails)
    else:
        app.notify(clean(nobody), markup=False)


async def _open(app: "App[Any]", connection: "LeagueConnection", html: str) -> str:
    try:
        file = await asyncio.to_thread(connection.pages.keep, html)
    except OSError as error:
        raise BballError(
            _("The page could not be written for the browser: {strerror}.").format(strerror=error.strerror)
        ) from None
    if await asyncio.to_thread(open_page, file):
        return _("The browser shows the page. The file goes when you leave this program.")
    app.copy_to_clipboard(how_to_fetch(file))
    return _(
        "There is no browser here. On your own computer type (it is in your clipboard): "
        "{how_to_fetch} Only you can read the file, and it goes when you leave this program."
    ).format(how_to_fetch=how_to_fetch(file))


async def _send(app: "App[Any]", connection: "LeagueConnection", mail: "MailPreview") -> str | None:
    if not connection.settings.may_send:  # no key of the desk works in here
        way_out = _("Press Esc until the lists are back; then “Set up e-mail” ({mail.setup}) sets one up.")
        raise BballError(with_keys(f"{_(WITHOUT_SERVER.sentence)}. {way_out}"))
    address = await app.push_screen_wait(MyAddress(remembered(connection.settings) or ""))
    if address is None:
        return None
    sending = send_test(
        connection.database, connection.league.id, connection.settings, mail.mime, mail.subject, address
    )
    to = await connection.guard(sending)
    return _("A copy went to {to}, marked as a test. The family got nothing.").format(to=to)


async def _compare(connection: "LeagueConnection", mail: "MailPreview") -> Sequence[Sequence[Part]] | None:
    last = await connection.call(last_copy, mail.recipient, mail.kind, before=mail.outbox_id)
    return None if last is None else difference_lines(difference(last.mime, mail.mime))
