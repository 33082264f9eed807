"""What a signing would do, in the sentences of the Sign dialog. Pure: a preview in, lines out."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from bball_tui.language import _
from bball_tui.settings import SET_SENDER, SET_UP_MAIL, WITHOUT_SENDER, WITHOUT_SERVER
from bball_tui.tui.key_hints import with_keys
from bball_tui.tui.text import Part, content_lines
from bball_tui.tui.theme import STYLES, SYMBOLS, Tone
from bball_tui.wording import counted

if TYPE_CHECKING:
    from bball_tui.database.states import Capacity
    from bball_tui.league.contracts.signing_preview import ContractPreview, SigningPreview
    from bball_tui.league.contracts.signing_rules import Notice

MOST_NOTICES = 12
MOST_CONTRACTS = 5


def duration(seconds: int) -> str:
    """``10 seconds``, ``2 minutes``."""
    if seconds >= 120 and seconds % 60 == 0:
        return counted(seconds // 60, "minute", "minutes")
    return counted(seconds, "second", "seconds")


def capacity_word(capacity: "Capacity") -> str:
    """``mother``, ``adult player``."""
    return _(capacity.value.replace("_", " "))


def promises(preview: "SigningPreview", undo_key: str, *, of_stack: bool = False) -> list[str]:
    """What becomes of the contracts, and which mails go out when. ``of_stack``: when the whole stack is done."""
    number = len(preview.signable)
    if not number:
        return [_("Nothing: no contract can be signed like this.")]
    lines = [
        _("{contract_becomes} signed, recorded by {recorded_by}").format(
            contract_becomes=counted(number, "contract becomes", "contracts become"), recorded_by=preview.recorded_by
        )
    ]
    if not preview.mails:
        return [*lines, _("No e-mail goes out")]
    if preview.waiting:
        wait = counted(preview.waiting, "welcome e-mail waits", "welcome e-mails wait")
        lines.append(_("{wait} for the link of the team chat").format(wait=wait))
        if preview.waiting == preview.mails:
            if (missing := _missing(preview)) is not None:
                lines.append(_("Besides, {missing}").format(missing=missing))
            return lines
    if (missing := _missing(preview)) is not None:
        wait = counted(preview.mails - preview.waiting, "welcome e-mail waits", "welcome e-mails wait")
        return [*lines, f"{wait}: {missing}"]
    if of_stack:
        wait = counted(preview.mails - preview.waiting, "welcome e-mail waits", "welcome e-mails wait")
        return [*lines, _("{wait} until the stack is done").format(wait=wait)]
    mails = counted(preview.mails - preview.waiting, "welcome e-mail goes", "welcome e-mails go")
    if preview.hold_seconds:
        back = _("({undo_key} undoes it all until then)").format(undo_key=undo_key)
        return [
            *lines,
            _("{mails} out in {duration} {back}").format(
                mails=mails, duration=duration(preview.hold_seconds), back=back
            ),
        ]
    return [*lines, _("{mails} out at once").format(mails=mails)]


def one_contract(one: "ContractPreview") -> str:
    """Who signs for one player, and which addresses get a mail."""
    if one.signer is None:
        return _("{player}: stays as it is").format(player=one.player)
    who = _("{player}: {name} signs as {capacity_word}").format(
        player=one.player, name=one.signer.name, capacity_word=capacity_word(one.signer.capacity)
    )
    mails = ", ".join(recipient.address for recipient in one.recipients)
    return f"{who}; {_('e-mail to {mails}').format(mails=mails) if mails else _('no e-mail')}"


def signing_summary(preview: "SigningPreview", undo_key: str, *, of_stack: bool = False) -> Content:
    """The whole block, indented by two cells, warnings before details."""
    return content_lines(_lines(preview, undo_key, of_stack=of_stack))


def _lines(preview: "SigningPreview", undo_key: str, *, of_stack: bool) -> Iterable[list[Part]]:
    for promise in promises(preview, undo_key, of_stack=of_stack):
        yield [f"  {promise}"]
    yield from _noticed(preview.notices)
    going = [one for one in preview.contracts if not one.blocked]
    for one in going[:MOST_CONTRACTS]:
        yield [(f"  {one_contract(one)}", STYLES[Tone.MUTED])]
    if len(going) > MOST_CONTRACTS:
        yield [(_("  and {going:,} more").format(going=len(going) - MOST_CONTRACTS), STYLES[Tone.MUTED])]


def nobody_typed(notices: "Sequence[Notice]") -> Content:
    """The block while it is not said who signed; ``notices`` say why no guardian can have."""
    last: list[Part] = [(_("  That appears once you type who signed."), STYLES[Tone.MUTED])]
    return content_lines([*_noticed(notices), last])


def _noticed(notices: "Sequence[Notice]") -> Iterable[list[Part]]:
    for notice in sorted(notices, key=lambda notice: not notice.blocks)[:MOST_NOTICES]:
        tone = Tone.BAD if notice.blocks else Tone.WARN
        yield ["  ", (f"{SYMBOLS[tone]} {notice.text}", STYLES[tone])]
    if len(notices) > MOST_NOTICES:
        yield [
            (
                _("  {sign} and {notices:,} more of these").format(
                    sign=SYMBOLS[Tone.WARN], notices=len(notices) - MOST_NOTICES
                ),
                STYLES[Tone.WARN],
            )
        ]


def _missing(preview: "SigningPreview") -> str | None:
    """What has to be set up before any mail can leave, and where."""
    if preview.nowhere_to_send:
        return with_keys(f"{_(WITHOUT_SERVER.clause)}. {_(SET_UP_MAIL)}")
    return with_keys(f"{_(WITHOUT_SENDER.clause)}. {_(SET_SENDER)}") if preview.no_sender else None
