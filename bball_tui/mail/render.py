"""Writes a mail: Jinja first, then MJML, then MIME. Of our own templates that is done once a shape (``skeleton.py``).

In that order because its failures are loud: with autoescape on, broken markup from a value is a parse error and
never a broken mail. A league may keep its own templates in ``settings.template_dir``; file by file the packaged one is
the fallback. When a league's own template fails, the packaged one is sent and a notice says why: a template never
stops a mail.
"""

import time
from datetime import date as day
from datetime import datetime

from jinja2 import TemplateError, TemplateNotFound
from msgspec import Struct

from bball_tui.language import _
from bball_tui.mail.context import MessageContext
from bball_tui.mail.from_address import default_sender
from bball_tui.mail.kinds.base import Value
from bball_tui.mail.languages import Words, chain
from bball_tui.mail.mime import Letter, Mailbox, build
from bball_tui.mail.safe_values import LOCAL_SENDER, RenderError, address, one_line
from bball_tui.mail.template_error_words import jinja_words, line_of
from bball_tui.mail.templates import TemplateSet, Written, fingerprint, own, packaged
from bball_tui.mail.variables import variables
from bball_tui.settings import Settings

_LOOK_EVERY = 1.0
"""Seconds after which the league's own templates are looked at again."""


class RenderedMessage(Struct, frozen=True):
    """A finished mail. ``mime`` is frozen from now on; ``notices`` are for staff, never for the recipient."""

    subject: str
    mime: bytes
    notices: tuple[str, ...] = ()

    @property
    def notice(self) -> str | None:
        """The notices as one text; None when there are none."""
        return " ".join(self.notices) or None


class Renderer:
    """Holds the league's compiled templates; make one and keep it. Not bound to an event loop, safe to share.

    The packaged templates are compiled once for the program, a league's own when they change.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._own: TemplateSet | None = None
        self._seen: tuple[tuple[str, int, int], ...] | None = None
        self._look_again = 0.0

    def render(self, context: MessageContext, *, recipient: str, message_id: str, date: datetime) -> RenderedMessage:
        """Write the mail of ``context`` to ``recipient``; about a tenth of a millisecond, once its shape is known.

        The same arguments give the same bytes: Message-ID and date come from the caller. The To header has the
        guardian's name and this one address, no other recipient is in the mail.

        Raises:
            RenderError: unusable address, color or template, no sender, or a link that the mail needs is not there.
            ValueError: malformed ``message_id`` or a ``date`` without zone.
        """
        brand = context.brand
        sender = address(brand.from_email or default_sender(self._settings), _("the league's From address"))
        can_reply = bool(brand.reply_to) or sender != LOCAL_SENDER
        written, notices = self._write(context, brand.day(date), can_reply=can_reply)
        letter = Letter(
            sender=Mailbox(brand.from_name or brand.league_name, sender),
            recipient=Mailbox(
                f"{context.facts.guardian_first} {context.facts.guardian_last}", address(recipient, _("the recipient"))
            ),
            reply_to=address(brand.reply_to, _("the league's Reply-To address")) if brand.reply_to else None,
            unsubscribe_to=None
            if brand.unsubscribe_to is None or not context.facts.can_leave
            else address(brand.unsubscribe_to, _("the league's Reply-To address")),
            subject=written.subject,
            text=written.text,
            html=written.html,
            message_id=message_id,
            date=date,
        )
        return RenderedMessage(written.subject, build(letter), notices)

    def _write(self, context: MessageContext, today: day, *, can_reply: bool) -> tuple[Written, tuple[str, ...]]:
        kind = context.facts.kind
        languages = chain(context.facts.language, context.brand.language)

        def values(language: str, words: Words) -> dict[str, Value]:
            return variables(context, language, words, can_reply=can_reply, today=today)

        notices: tuple[str, ...] = ()
        if (templates := self._own_templates()) is not None:
            try:
                return templates.write(kind, languages, values), ()
            except RenderError:
                raise  # about the mail, not about the template
            # A template can raise whatever its expressions raise; none of it may stop the mail.
            except Exception as error:
                notices = (
                    _("Your own template {kind} could not be used, so the standard one was: {why}.").format(
                        kind=kind, why=why(error)
                    ),
                )
        try:
            return packaged().write(kind, languages, values), notices
        except (TemplateError, ValueError, OSError) as error:
            raise RenderError(
                _("The e-mail {kind} could not be written: {why}.").format(kind=kind, why=why(error))
            ) from error

    def _own_templates(self) -> TemplateSet | None:
        where = self._settings.template_dir
        if where is None:
            return None
        now = time.monotonic()
        if now >= self._look_again:
            self._look_again = now + _LOOK_EVERY
            seen = fingerprint(where)
            if self._own is None or seen != self._seen:
                self._own, self._seen = own(where), seen
        return self._own


def why(error: Exception) -> str:
    """What is wrong with a template, and where, without a full stop."""
    name, line = getattr(error, "name", None), line_of(error)
    if isinstance(error, TemplateNotFound):
        return _("there is no file {error}").format(error=one_line(str(error)))
    told = jinja_words(error) if isinstance(error, TemplateError) else getattr(error, "message", None)
    what = one_line(told or str(error) or type(error).__name__).rstrip(".")[:300]
    where = " ".join(
        part
        for part in (name if isinstance(name, str) else "", _("line {line}").format(line=line) if line else "")
        if part
    )
    return f"{what} ({where})" if where else what
