"""What an answer (or none) of a mail provider means: one table from facts to a class.

The facts are the phase, the reply code or HTTP status, the enhanced code (RFC 3463), the words, or what went wrong
instead of an answer. :data:`TABLE` is read from the top, the first rule that fits decides, and its last two rules
fit everything, so every input has exactly one class. Two promises that property tests hold:

* without a definite answer after the final dot the class is ``in_doubt``, never one that tries again;
* ``in_doubt`` never comes from a phase before the final dot, where trying again is safe.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum

from bball_tui.mail.values import one_line


class OutcomeClass(StrEnum):
    """What follows from one try to send one mail."""

    ACCEPTED = "accepted"
    """The provider took it. Accepted is not delivered: a bounce may still come."""
    PERMANENT = "permanent"
    """This mail will never be taken as it is."""
    RECIPIENT_TRANSIENT = "recipient_transient"
    """This recipient cannot be served right now; others can. Counts as an attempt."""
    PROVIDER_TRANSIENT = "provider_transient"
    """The provider has a problem with everybody's mail. No attempt is burnt, all mail waits."""
    QUOTA = "quota"
    """The sending limit is used up. No attempt is burnt, all mail waits."""
    AUTH = "auth"
    """The provider does not let us send at all. All mail waits until staff mend the settings."""
    RENDER = "render"
    """The mail could not be written: a template or a league setting is at fault."""
    NO_RECIPIENT = "no_recipient"
    """There is no address to send to."""
    IN_DOUBT = "in_doubt"
    """The bytes were on the wire and no definite answer came. Only staff, or a late answer, decide."""
    STOPPED = "stopped"
    """We stopped ourselves before the final dot, because the mail was not ours to send any more."""


class Phase(StrEnum):
    """How far the conversation was. ``dot`` and ``http_send`` are the two from which there is no way back."""

    CONNECT = "connect"
    TLS = "tls"
    HELLO = "hello"
    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    """The DATA command until 354, and everything before the message itself was written."""
    DOT = "dot"
    """From the first byte of the message on."""
    ACCESS = "access"
    """The call for an access token, before any other."""
    HTTP = "http"
    """A call that sends nothing yet: a draft, a look at a draft."""
    HTTP_SEND = "http_send"
    """The one call that sends."""
    FILE = "file"
    """Writing into a mail folder."""
    RENDER = "render"
    """Writing the mail itself."""


class Fault(StrEnum):
    """What happened instead of an answer."""

    TIMEOUT = "timeout"
    DISCONNECTED = "disconnected"
    UNREACHABLE = "unreachable"
    TLS = "tls"
    """No agreement, or a certificate that is not to be trusted."""
    MALFORMED = "malformed"
    """An answer that is not in the protocol's language."""
    UNSUPPORTED = "unsupported"
    """The provider does not offer what this needs."""
    OS = "os"
    """The operating system refused."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of one try. ``text`` is clean, one line, and holds no secret.

    ``code`` is the SMTP code or HTTP status, ``retry_after`` what the provider asked for, ``provider_ref`` its own
    name for an accepted mail.
    """

    outcome_class: OutcomeClass
    phase: Phase
    code: int | None = None
    enhanced_code: str | None = None
    text: str = ""
    retry_after: timedelta | None = None
    provider_ref: str | None = None


NO_RETURN = frozenset({Phase.DOT, Phase.HTTP_SEND})
_ALL = frozenset(Phase)
_HTTP = frozenset({Phase.ACCESS, Phase.HTTP, Phase.HTTP_SEND})
_OPENING = frozenset({Phase.CONNECT, Phase.TLS, Phase.HELLO})
_SMTP = _OPENING | {Phase.AUTH, Phase.MAIL, Phase.RCPT, Phase.DATA, Phase.DOT}


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table. A field that is None fits everything; patterns for codes must fit the whole code.

    ``words`` is searched in the provider's text without regard to case.
    """

    outcome: OutcomeClass
    because: str
    phases: frozenset[Phase] = _ALL
    code: str | None = None
    enhanced: str | None = None
    words: str | None = None
    faults: frozenset[Fault] | None = None

    def fits(self, phase: Phase, code: int | None, enhanced: str | None, text: str, fault: Fault | None) -> bool:
        """Whether this rule speaks about these facts."""
        if phase not in self.phases:
            return False
        if self.faults is not None:
            return fault in self.faults
        if self.code is not None and (code is None or not re.fullmatch(self.code, str(code))):
            return False
        if self.enhanced is not None and (enhanced is None or not re.fullmatch(self.enhanced, enhanced)):
            return False
        return self.words is None or re.search(self.words, text, re.IGNORECASE) is not None


_QUOTA_WORDS = (
    r"daily\b.{0,60}\b(limit|quota)|\b(sending|submission|outbound|outgoing|relay)[ -]?(limit|quota)"
    r"|SubmissionQuotaExceeded|dailyLimitExceeded|quota for (sending|this account)"
)
_RATE_WORDS = (
    r"too (many|much) (mail|e-?mails|messages|connections|concurrent|logins?|requests|errors)"
    r"|rate[ -]?limit|sending rate|throttl|concurrent|RateLimitExceeded"
)

TABLE: tuple[Rule, ...] = (
    # SMTP and HTTP: the only ways to be accepted.
    Rule(OutcomeClass.ACCEPTED, "the final dot was answered with success", frozenset({Phase.DOT}), "2.."),
    Rule(OutcomeClass.ACCEPTED, "the sending call succeeded", frozenset({Phase.HTTP_SEND}), "2.."),
    # Ourselves.
    Rule(OutcomeClass.RENDER, "the mail was never written", frozenset({Phase.RENDER})),
    # SMTP, one trap after the other.
    Rule(
        OutcomeClass.PERMANENT,
        "a 4xx that will never change: the provider keeps this recipient on a list",
        frozenset({Phase.RCPT, Phase.DATA, Phase.DOT}),
        "[45]..",
        words=r"suppression list|\bsuppressed\b|recipient .{0,40}\b(unsubscribed|deny ?list)",
    ),
    Rule(
        OutcomeClass.QUOTA,
        "a 5xx that is not permanent: Gmail's and Microsoft's daily limits",
        _SMTP,
        "[45]..",
        r"5\.4\.5|5\.1\.90|5\.7\.705",
    ),
    Rule(
        OutcomeClass.QUOTA,
        "Microsoft's limit hides behind a mailbox code",
        _SMTP,
        "[45]..",
        words="SubmissionQuotaExceeded",
    ),
    Rule(
        OutcomeClass.AUTH,
        "this login may not send as the From address: no mail can go until that is mended",
        frozenset({Phase.MAIL, Phase.RCPT, Phase.DATA, Phase.DOT}),
        "5..",
        words=r"SendAsDenied|not owned by user|not (allowed|permitted|authorized) to send (as|from)",
    ),
    Rule(
        OutcomeClass.RECIPIENT_TRANSIENT,
        "x.2.x is about the recipient's mailbox: full, or receiving too fast",
        frozenset({Phase.RCPT, Phase.DATA, Phase.DOT}),
        "4(?!21|54)..",
        r"[45]\.2\.\d+",
    ),
    Rule(
        OutcomeClass.PERMANENT,
        "x.2.x is about the recipient's mailbox: disabled, or full for good",
        frozenset({Phase.RCPT, Phase.DATA, Phase.DOT}),
        "5..",
        r"[45]\.2\.\d+",
    ),
    Rule(OutcomeClass.QUOTA, "the words speak of our own sending limit", _SMTP, "[45]..", words=_QUOTA_WORDS),
    Rule(OutcomeClass.AUTH, "the server wants a (better) login, whenever it says so", _SMTP, "530|534|535|538"),
    Rule(OutcomeClass.AUTH, "the login is wrong, by its enhanced code", _SMTP, "5..", r"5\.7\.(8|9|14)"),
    Rule(OutcomeClass.AUTH, "a refused login", frozenset({Phase.AUTH}), "5.."),
    Rule(
        OutcomeClass.AUTH,
        "there is a password, and the server has no way to take it",
        frozenset({Phase.AUTH}),
        faults=frozenset({Fault.UNSUPPORTED}),
    ),
    Rule(OutcomeClass.PROVIDER_TRANSIENT, "a greeting, TLS or EHLO that fails concerns every mail", _OPENING),
    Rule(OutcomeClass.PROVIDER_TRANSIENT, "421: the server is closing", _SMTP, "421"),
    Rule(OutcomeClass.PROVIDER_TRANSIENT, "454: too many logins, or TLS for the moment not to be had", _SMTP, "454"),
    Rule(
        OutcomeClass.PROVIDER_TRANSIENT,
        "before a recipient was named it cannot be the recipient's fault",
        frozenset({Phase.AUTH, Phase.MAIL}),
        "4..",
    ),
    Rule(OutcomeClass.PROVIDER_TRANSIENT, "the words say that we send too fast", _SMTP, "4..", words=_RATE_WORDS),
    Rule(OutcomeClass.RECIPIENT_TRANSIENT, "any other 4xx: try this mail later", _SMTP, "4.."),
    Rule(
        OutcomeClass.PERMANENT,
        "the server cannot take an address with letters outside ASCII",
        frozenset({Phase.MAIL, Phase.RCPT}),
        faults=frozenset({Fault.UNSUPPORTED}),
    ),
    Rule(OutcomeClass.PERMANENT, "any other 5xx: no such user, policy, too large", _SMTP, "5.."),
    # HTTP (Gmail API).
    Rule(
        OutcomeClass.AUTH,
        "the token or the consent is gone",
        _HTTP,
        "400|401|403",
        words=r"invalid_grant|invalid_client|unauthorized_client|insufficientPermissions|insufficient authentication"
        r"|accessNotConfigured|domainPolicy|delegation denied|failedPrecondition|mail service not enabled",
    ),
    Rule(OutcomeClass.AUTH, "the token is refused", _HTTP, "401"),
    Rule(OutcomeClass.QUOTA, "the day's limit", _HTTP, "403|429", words=_QUOTA_WORDS),
    Rule(OutcomeClass.PROVIDER_TRANSIENT, "too many requests for now", _HTTP, "429"),
    Rule(OutcomeClass.PROVIDER_TRANSIENT, "too many requests for now", _HTTP, "403", words=_RATE_WORDS),
    Rule(OutcomeClass.AUTH, "forbidden, for a reason that only staff can remove", _HTTP, "403"),
    Rule(OutcomeClass.AUTH, "no token for us: that is no mail's fault", frozenset({Phase.ACCESS}), "4(?!08).."),
    Rule(OutcomeClass.PERMANENT, "the request itself is refused", _HTTP, "400|413|422"),
    # Everything else: nonsense, silence, a closed connection. Only the phase decides now.
    Rule(OutcomeClass.IN_DOUBT, "past the point of no return and no definite answer", NO_RETURN),
    Rule(OutcomeClass.PROVIDER_TRANSIENT, "nothing was sent, so trying again is safe"),
)

# RFC 3463 section 2: class, subject, detail, at the start of the text.
_ENHANCED = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})(?=\s|$)")
_RETRY_AFTER = re.compile(r"retry after ([0-9TZ:.+-]{19,35})", re.IGNORECASE)
MAX_TEXT = 500


def rule_for(phase: Phase, code: int | None, enhanced: str | None, text: str, fault: Fault | None) -> Rule:
    """The one rule that decides about these facts."""
    return next(rule for rule in TABLE if rule.fits(phase, code, enhanced, text, fault))


def enhanced_code(text: str) -> str | None:
    """The enhanced code that a reply begins with, such as ``5.1.1`` (RFC 3463), if it has one."""
    found = _ENHANCED.match(text)
    return found[1] if found else None


def classify_smtp(phase: Phase, code: int, enhanced: str | None, text: str) -> Outcome:
    """What an SMTP reply means. ``text`` may have several lines, ``enhanced`` is read from it when None."""
    enhanced = enhanced or enhanced_code(text)
    if enhanced:  # servers repeat it on every line, which says nothing to a person
        text = re.sub(rf"(?m)^\s*{re.escape(enhanced)}(?=\s|$)", "", text)
    text = one_line(text)
    rule = rule_for(phase, code, enhanced, text, None)
    return Outcome(rule.outcome, phase, code, enhanced, text[:MAX_TEXT])


def classify_exception(phase: Phase, fault: Fault, text: str) -> Outcome:
    """What it means that no answer came; ``text`` says for people what happened."""
    text = one_line(text)
    rule = rule_for(phase, None, None, text, fault)
    return Outcome(rule.outcome, phase, text=text[:MAX_TEXT])


def classify_http(
    phase: Phase, status: int, body: str, retry_after: str | None = None, *, now: datetime | None = None
) -> Outcome:
    """What an HTTP reply means; ``retry_after`` is the header of that name (RFC 9110 section 10.2.3).

    Gmail often tells the time in the body instead: "Retry after 2026-08-01T10:15:00.000Z".
    """
    text = one_line(body)
    rule = rule_for(phase, status, None, text, None)
    wait = _wait(text, retry_after, now or datetime.now(UTC))
    return Outcome(rule.outcome, phase, status, text=text[:MAX_TEXT], retry_after=wait)


def _wait(body: str, header: str | None, now: datetime) -> timedelta | None:
    value = (header or "").strip()
    if value.isdecimal() and len(value) < 9:
        return timedelta(seconds=int(value))
    in_body = _RETRY_AFTER.search(body)
    try:
        if value:
            until = parsedate_to_datetime(value)
        elif in_body:
            until = datetime.fromisoformat(in_body[1].rstrip("."))
        else:
            return None
        return max(until - now, timedelta()) if until.tzinfo else None
    except (ValueError, OverflowError):
        return None
