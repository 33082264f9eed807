"""The right address of a family, asked for wherever a mail did not arrive."""

from typing import TYPE_CHECKING, Any

from bball_tui.database.states import OutboxState
from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.tui.dialogs.error_box import ErrorDialog
from bball_tui.tui.dialogs.new_address import NewAddress
from bball_tui.tui.others_address import once_agreed
from bball_tui.tui.text import clean
from bball_tui.tui.undo_hints import undone_by
from bball_tui.wording import counted, short_date

if TYPE_CHECKING:
    from textual.app import App

    from bball_tui.league.mails.wrong_address import AddressFixed
    from bball_tui.tui.connection import LeagueConnection


async def fix_address(app: "App[Any]", connection: "LeagueConnection", outbox_id: int) -> bool:
    """Ask for the address, correct the guardian, send what never arrived, and say so; False: nothing was changed."""
    from bball_tui.league.mails import wrong_address

    try:
        facts = await connection.call(wrong_address.address_facts, outbox_id)
    except BballError as error:
        await app.push_screen_wait(ErrorDialog(str(error)))
        return False
    who = _(" and ").join(facts.guardians)
    lines = [
        _("{who} gets the new address in the roster.").format(who=who)
        if who
        else _("{recipient} is no longer in the roster.").format(recipient=facts.recipient),
        _("{e_mail} to the old address will go to the new one, after the undo time.").format(
            e_mail=counted(facts.mails, "e-mail")
        )
        if facts.mails > 1
        else _("The e-mail goes to the new address after the undo time."),
        _("An address that got it before gets no second one."),
    ]
    dialog: NewAddress[AddressFixed] = NewAddress(
        facts.recipient,
        lines,
        lambda address: once_agreed(
            app, lambda anyway: connection.call(wrong_address.fix_address, outbox_id, address, anyway=anyway)
        ),
    )
    fixed = await app.push_screen_wait(dialog)
    if fixed is None:
        return False
    again = sum(one.was not in (OutboxState.SENT, OutboxState.IN_DOUBT) for one in fixed.redirected)
    told = [_("{e_mail} queued for {address}.").format(e_mail=counted(again, "e-mail"), address=fixed.address)]
    if days := [one.sent_on for one in fixed.redirected if one.sent_on is not None]:
        told = told if again else [_("Nothing new goes out.")]
        had = _("{address} was sent {e_mail} of these before, on {day}.")
        told.append(had.format(address=fixed.address, e_mail=counted(len(days), "e-mail"), day=short_date(max(days))))
    elif there := len(fixed.redirected) - again:
        told.append(_("{e_mail} may have gone there before.").format(e_mail=counted(there, "e-mail")))
    app.notify(
        clean(" ".join(told)) + f" {undone_by()}",
        timeout=8,
        markup=False,
    )
    return True
