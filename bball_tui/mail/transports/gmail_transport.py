"""Hands mails to Gmail in two steps: create a draft, write its id down, send the draft.

Gmail deletes a draft when it sends it. So the draft answers the question that no other way to send can answer: it is
still there, then the mail was not sent and the same draft may be sent (again); it is gone, then the mail was sent. The
draft's id is what makes a second sending harmless, so as long as one may be on its way no other draft is made for the
mail. Neither step is ever repeated by itself. The Message-ID would be no help: Gmail writes its own over ours.
"""

import re
from base64 import urlsafe_b64encode
from contextlib import suppress
from typing import Self
from urllib.parse import quote

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from bball_tui.language import _
from bball_tui.mail.outcome import Outcome, OutcomeClass, Phase, classify_http
from bball_tui.mail.safe_values import RenderError, address
from bball_tui.mail.transports.base import (
    Envelope,
    KeepReference,
    LookedUp,
    OnWire,
    TroubleError,
    address_in,
    stopped,
)
from bball_tui.mail.transports.gmail_credentials import read_credentials
from bball_tui.mail.transports.gmail_target import GMAIL, GmailTarget
from bball_tui.mail.transports.gmail_tokens import Tokens
from bball_tui.mail.transports.gmail_wire import Answer, GmailWire

_ID = re.compile(r"[A-Za-z0-9_-]{1,200}")


class _Named(msgspec.Struct):
    """A draft or a message: all that is needed of it is its id."""

    id: str


class Draft(Struct, frozen=True):
    """A draft in the mailbox of ``user``. ``tried``: Gmail was told to send it.

    A draft that is gone was sent if it was ``tried``, whatever Gmail answered then. Otherwise somebody removed it by
    hand, and the mail still has to go out.
    """

    user: str
    id: str
    tried: bool = False

    def __str__(self) -> str:
        return f"{'tried-draft' if self.tried else 'draft'}:{self.user}:{self.id}"

    @classmethod
    def read(cls, reference: str | None, user: str) -> Self | None:
        """The draft that ``reference`` names in the mailbox of ``user``; None for anything else."""
        kind, _, rest = (reference or "").partition(":")
        whose, _, id_ = rest.partition(":")
        if kind not in ("draft", "tried-draft") or whose != user or not id_:
            return None
        return cls(user, id_, kind == "tried-draft")


class GmailTransport:
    """One mailbox of Gmail.

    Raises:
        BballError: the credentials file is not usable.
    """

    def __init__(self, target: GmailTarget) -> None:
        self._target = target
        self._base = f"{target.endpoint}/gmail/v1/users/{quote(target.user, safe='')}"
        credentials = read_credentials(target.credentials, target.user)
        self._wire = GmailWire(local=target.endpoint != GMAIL)
        self._tokens = Tokens(credentials, self._wire, seconds=target.call_timeout)

    @property
    def provider(self) -> str:
        """``gmail:office@example.org``."""
        return f"gmail:{self._target.user}"

    @property
    def rate(self) -> float | None:
        """Gmail's own limits are known."""
        return None

    async def send(self, envelope: Envelope, on_wire: OnWire) -> Outcome:
        """Send without anybody to remember the draft: after a break it stays in doubt. See :class:`Transport`."""

        async def forgotten(_: str) -> bool:
            return True

        return await self.send_in_steps(envelope, on_wire, None, forgotten)

    async def send_in_steps(
        self, envelope: Envelope, on_wire: OnWire, reference: str | None, keep: KeepReference
    ) -> Outcome:
        """See :class:`TwoStepTransport`."""
        try:
            recipient = address(envelope.recipient, _("the recipient"))
        except RenderError as error:
            return Outcome(OutcomeClass.PERMANENT, Phase.HTTP, text=str(error))
        if address_in(envelope.mime, "To") != recipient:
            # Gmail has no envelope: it sends to whomever the mail itself names.
            return Outcome(OutcomeClass.RENDER, Phase.RENDER, text=_("The e-mail's To header names someone else."))
        try:
            draft = Draft.read(reference, self._target.user)
            if draft is not None and not await self._there(draft):
                if draft.tried:
                    return _went_out(draft)
                draft = None
            if draft is None:
                draft = await self._create(envelope.mime)
                if not await keep(str(draft)):
                    await self._discard(draft)
                    return stopped(Phase.HTTP)
            if not await on_wire():
                return stopped(Phase.HTTP)
            return await self._send(draft)
        except TroubleError as trouble:
            return trouble.outcome

    async def look_up(self, reference: str) -> LookedUp | Outcome:
        """See :class:`TwoStepTransport`."""
        draft = Draft.read(reference, self._target.user)
        if draft is None:
            text = _("This program has no draft of this e-mail in Gmail.")
            return Outcome(OutcomeClass.IN_DOUBT, Phase.HTTP_SEND, text=text)
        tried = str(replace(draft, tried=True))
        try:
            if await self._there(draft):
                return LookedUp(False, tried, _("Gmail still has the draft of this e-mail, so it was not sent."))
        except TroubleError as trouble:
            return trouble.outcome
        return LookedUp(True, tried, _went_out(draft).text)

    async def check(self) -> Outcome | None:
        """Get a token and look at the mailbox's profile. See :class:`Transport`."""
        try:
            answer = await self._ask("GET", "/profile")
        except TroubleError as trouble:
            return trouble.outcome
        return None if answer.good else answer.outcome()

    async def close(self) -> None:
        """Close the connections."""
        await self._wire.close()

    async def _create(self, mime: bytes) -> Draft:
        raw = urlsafe_b64encode(mime).decode("ascii")
        answer = await self._ask("POST", "/drafts", {"message": {"raw": raw}})
        made = answer.read(_Named) if answer.good else None
        if made is None or not _ID.fullmatch(made.id):
            raise TroubleError(answer.outcome())
        return Draft(self._target.user, made.id)

    async def _there(self, draft: Draft) -> bool:
        answer = await self._ask("GET", f"/drafts/{quote(draft.id, safe='')}?format=minimal")
        found = answer.read(_Named) if answer.good else None
        if found is not None and found.id == draft.id:
            return True
        if answer.not_found:
            return False
        raise TroubleError(answer.outcome())

    async def _discard(self, draft: Draft) -> None:
        """Tidy up; a draft that stays does no harm."""
        with suppress(TroubleError):
            await self._ask("DELETE", f"/drafts/{quote(draft.id, safe='')}")

    async def _send(self, draft: Draft) -> Outcome:
        token = await self._tokens.get()
        answer = await self._wire.ask(
            "POST",
            self._base + "/drafts/send",
            Phase.HTTP_SEND,
            seconds=self._target.data_timeout,
            hide=self._tokens.hide,
            bearer=token,
            json={"id": draft.id},
        )
        message = answer.read(_Named) if answer.good else None
        if message is not None:
            outcome = classify_http(
                Phase.HTTP_SEND,
                answer.status,
                _("Accepted by Gmail as message {message_id}.").format(message_id=message.id),
            )
            return replace(outcome, provider_ref=message.id)
        if answer.status == 401:
            # The token ended since the draft was made. Nothing was sent; the next try begins with another token, and
            # only if that is refused as well is the login at fault.
            self._tokens.forget(token)
            outcome = replace(answer.outcome(), outcome_class=OutcomeClass.PROVIDER_TRANSIENT)
            return _refused(outcome, draft)
        if answer.not_found and draft.tried:
            return _went_out(draft)
        outcome = answer.outcome()
        if outcome.outcome_class is OutcomeClass.PERMANENT:
            await self._discard(draft)
            # That the draft is gone now says nothing about a sending anymore.
            return replace(outcome, provider_ref=str(replace(draft, tried=False)))
        return _refused(outcome, draft)

    async def _ask(self, method: str, path: str, json: object = None) -> Answer:
        """A call that sends nothing, with a second token if the first one is refused."""
        for last in (False, True):
            token = await self._tokens.get()
            answer = await self._wire.ask(
                method,
                self._base + path,
                Phase.HTTP,
                seconds=self._target.call_timeout,
                hide=self._tokens.hide,
                bearer=token,
                json=json,
            )
            if answer.status != 401 or last:
                break
            self._tokens.forget(token)
        return answer


def _refused(outcome: Outcome, draft: Draft) -> Outcome:
    """``outcome``, with the draft marked as tried. A doubt is left as it was: that is for Gmail or for staff to end."""
    if outcome.outcome_class is OutcomeClass.IN_DOUBT:
        return outcome
    return replace(outcome, provider_ref=str(replace(draft, tried=True)))


def _went_out(draft: Draft) -> Outcome:
    text = _("Gmail no longer has the draft of this e-mail: it was sent, unless someone deleted the draft by hand.")
    return Outcome(OutcomeClass.ACCEPTED, Phase.HTTP, 404, text=text, provider_ref=str(draft))
