"""What an answer (or none) of a mail provider means: one table from facts to a class.

The facts are the phase, the reply code or HTTP status, the enhanced code (RFC 3463), the words, or what went wrong
instead of an answer. :data:`TABLE` is read from the top, the first rule that fits decides, and its last two rules
fit everything, so every input has exactly one class. Two promises that property tests hold:

* without a definite answer after the final dot the class is ``in_doubt``, never one that tries again;
* ``in_doubt`` never comes from a phase before the final dot, where trying again is safe.
"""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum

from msgspec import Struct

from bball_tui.mail import answer_patterns as words_of
from bball_tui.mail.safe_values import one_line


class OutcomeClass(StrEnum):
    """What follows from one try to send one mail."""

    ACCEPTED = "accepted"
    """The provider took it. Accepted is not delivered: a bounce may still come."""
    PERMANENT = "permanent"
    """This mail will never be taken as it is."""
    RECIPIENT_TRANSIENT = "recipient_transient"
    """This recipient cannot be served right now; others can. Counts as an attempt."""
    PROVIDER_TRANSIENT = "provider_transient"
    """The provider has a problem with everybody's mail. No attempt is burned, all mail waits."""
    QUOTA = "quota"
    """The sending limit is used up. No attempt is burned, all mail waits."""
    AUTH = "auth"
    """The provider refuses the login. All mail waits until staff fix the settings."""
    REFUSED = "refused"
    """The provider refuses the sender or this account's mail. All mail waits until staff fix that."""
    RENDER = "render"
    """The mail could not be written: a template or a league setting is at fault."""
    NO_RECIPIENT = "no_recipient"
    """There is no address to send to."""
    IN_DOUBT = "in_doubt"
    """The bytes were on the wire and no definite answer came. Only staff, or a late answer, decide."""
    STOPPED = "stopped"
    """We stopped ourselves before the final dot, because the mail was not ours to send anymore."""


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


class Outcome(Struct, frozen=True):
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


class Rule(Struct, frozen=True):
    """One line of the table. A field that is None fits everything; patterns for codes must fit the whole code.

    ``words`` is searched in the provider's text without regard to case; of an SMTP reply only in what may decide,
    see :func:`bball_tui.mail.answer_patterns.deciding`.
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
        return self.words is None or words_of.mentions(text, self.words)


# Google's names for its limits; "per minute" and the like are about single calls there.
_API_QUOTA = r"daily\b.{0,60}\b(limit|quota)|dailyLimitExceeded"
_API_RATE = r"rate[ -]?limit|throttl|concurrent|RateLimitExceeded"
_AT_RECIPIENT = frozenset({Phase.RCPT, Phase.DATA, Phase.DOT})
_SUPPRESSED = r"suppression list|\bsuppressed\b|recipient .{0,40}\b(unsubscribed|deny ?list)"
# Microsoft's and Google's codes for a sender, a tenant or a network that they do not let send, and those of RFC 7372
# for what SPF, DKIM and the reverse lookup say of us.
_REFUSED_CODES = r"5\.1\.[78]|5\.7\.(54|57|6[04]|2[0-79]|30|50[12389]|51[15]|60\d|6[0-4]\d|7[0-5]\d)"

TABLE: tuple[Rule, ...] = (
    # SMTP and HTTP: the only ways to be accepted.
    Rule(OutcomeClass.ACCEPTED, "the final dot was answered with success", frozenset({Phase.DOT}), "2.."),
    Rule(OutcomeClass.ACCEPTED, "the sending call succeeded", frozenset({Phase.HTTP_SEND}), "2.."),
    # Ourselves.
    Rule(OutcomeClass.RENDER, "the mail was never written", frozenset({Phase.RENDER})),
    # SMTP: first what is surely about this mail or its recipient.
    Rule(
        OutcomeClass.PERMANENT,
        "this one mail is too large, as MAIL may say before anybody was named",
        _AT_RECIPIENT | {Phase.MAIL},
        "5..",
        r"5\.3\.4|5\.2\.3",
    ),
    Rule(
        OutcomeClass.PERMANENT,
        "this one mail is too large, in words",
        _AT_RECIPIENT | {Phase.MAIL},
        "5..",
        words=words_of.TOO_LARGE,
    ),
    Rule(
        OutcomeClass.PERMANENT,
        "there is no such mailbox; no words win over this code",
        _AT_RECIPIENT,
        "5..",
        r"5\.1\.(1|10)",
    ),
    Rule(
        OutcomeClass.PERMANENT,
        "a 4xx that will never change: the provider keeps this recipient on a list",
        _AT_RECIPIENT,
        "[45]..",
        words=_SUPPRESSED,
    ),
    Rule(
        OutcomeClass.PERMANENT,
        "the mail goes round in circles, which has the code of a limit",
        _AT_RECIPIENT,
        "5..",
        words=r"\bloop|hop count|too many hops",
    ),
    # Our own limits, whatever the phase and the first digit.
    Rule(
        OutcomeClass.QUOTA,
        "a 5xx that is not permanent: the limits of Gmail, Microsoft and Zoho",
        _SMTP,
        "[45]..",
        r"5\.4\.[56]|5\.1\.90|5\.7\.(28|705)|4\.7\.28",
    ),
    Rule(
        OutcomeClass.PROVIDER_TRANSIENT,
        "Microsoft is busy, or slows this address of the network down",
        _SMTP,
        "[45]..",
        words_of.PACE_CODES,
    ),
    Rule(
        OutcomeClass.REFUSED,
        "this login may not send as the From address: no mail can go until that is fixed",
        _AT_RECIPIENT | {Phase.MAIL},
        "5(?!30|34|35|38)..",
        words=words_of.SENDER,
    ),
    Rule(
        OutcomeClass.RECIPIENT_TRANSIENT,
        "the mailbox gets more than it may for the moment, also where a 5xx says so",
        _AT_RECIPIENT,
        "[45](?!21|54)..",
        words=r"receiving (mail|messages|e-?mail)s? (too|at a rate)",
    ),
    Rule(
        OutcomeClass.QUOTA,
        "Microsoft's and Google's limit hides behind a mailbox code",
        _SMTP,
        "[45]..",
        r"[45]\.2\.\d+",
        words=r"SubmissionQuotaExceeded|\b(sending|submission|outbound|outgoing|relay)[ -]?(limit|quota)",
    ),
    Rule(
        OutcomeClass.RECIPIENT_TRANSIENT,
        "x.2.x is about the recipient's mailbox: full, or receiving too fast",
        _AT_RECIPIENT,
        "4(?!21|54)..",
        r"[45]\.2\.\d+",
    ),
    Rule(
        OutcomeClass.PERMANENT,
        "x.2.x is about the recipient's mailbox: disabled, or full for good",
        _AT_RECIPIENT,
        "5..",
        r"[45]\.2\.\d+",
    ),
    Rule(
        OutcomeClass.RECIPIENT_TRANSIENT,
        "the recipient's mailbox is full, in words",
        _AT_RECIPIENT,
        "4(?!21|54)..",
        words=words_of.MAILBOX_FULL,
    ),
    Rule(
        OutcomeClass.PERMANENT,
        "the recipient's mailbox is full for good, in words",
        _AT_RECIPIENT,
        "5..",
        words=words_of.MAILBOX_FULL,
    ),
    Rule(OutcomeClass.QUOTA, "the words speak of our own sending limit", _SMTP, "[45]..", words=words_of.QUOTA),
    Rule(OutcomeClass.PROVIDER_TRANSIENT, "the words say that we send too fast", _SMTP, "[45]..", words=words_of.RATE),
    # The login, where a login is possible.
    Rule(OutcomeClass.AUTH, "the server wants a (better) login, whenever it says so", _SMTP, "530|534|535|538"),
    Rule(
        OutcomeClass.AUTH,
        "the login is wrong, by its enhanced code",
        _OPENING | {Phase.AUTH, Phase.MAIL},
        "5..",
        r"5\.7\.(8|9|14)",
    ),
    Rule(OutcomeClass.AUTH, "a refused login", frozenset({Phase.AUTH}), "5.."),
    Rule(
        OutcomeClass.AUTH,
        "there is a password, and the server has no way to take it",
        frozenset({Phase.AUTH}),
        faults=frozenset({Fault.UNSUPPORTED}),
    ),
    # The account: what it may send, and as whom.
    Rule(OutcomeClass.PERMANENT, "552 is RFC 1870's code for a mail that is too large", frozenset({Phase.MAIL}), "552"),
    Rule(OutcomeClass.REFUSED, "before a recipient was named only we can be at fault", frozenset({Phase.MAIL}), "5.."),
    Rule(
        OutcomeClass.REFUSED,
        "the sender is refused, by its enhanced code",
        _AT_RECIPIENT,
        "5..",
        _REFUSED_CODES,
    ),
    Rule(OutcomeClass.PERMANENT, "there is no such mailbox, in words", _AT_RECIPIENT, "5..", words=words_of.NO_MAILBOX),
    Rule(
        OutcomeClass.PERMANENT,
        "this recipient does not want it; others may",
        _AT_RECIPIENT,
        "5..",
        words=words_of.RECIPIENT_DECIDES,
    ),
    Rule(
        OutcomeClass.REFUSED,
        "the words are about the sender, the login, relaying, verification, permission or reputation",
        _AT_RECIPIENT,
        "5..",
        words=words_of.ACCOUNT,
    ),
    # The provider's own trouble.
    Rule(OutcomeClass.PROVIDER_TRANSIENT, "a greeting, TLS or EHLO that fails concerns every mail", _OPENING),
    Rule(OutcomeClass.PROVIDER_TRANSIENT, "421: the server is closing", _SMTP, "421"),
    Rule(OutcomeClass.PROVIDER_TRANSIENT, "454: too many logins, or TLS for the moment not to be had", _SMTP, "454"),
    Rule(
        OutcomeClass.PROVIDER_TRANSIENT,
        "before a recipient was named it cannot be the recipient's fault",
        frozenset({Phase.AUTH, Phase.MAIL}),
        "4..",
    ),
    Rule(
        OutcomeClass.PROVIDER_TRANSIENT,
        "a sender that is refused for the moment, which burns no attempt of this recipient",
        _AT_RECIPIENT,
        "4..",
        words=words_of.SENDER,
    ),
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
    Rule(OutcomeClass.QUOTA, "the day's limit", _HTTP, "403|429", words=_API_QUOTA),
    Rule(OutcomeClass.PROVIDER_TRANSIENT, "too many requests for now", _HTTP, "429"),
    Rule(OutcomeClass.PROVIDER_TRANSIENT, "too many requests for now", _HTTP, "403", words=_API_RATE),
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
# Names of a queue, a session, an address of the network: they differ from mail to mail.
_VARYING = re.compile(r"\S*\d\S*|[^\w\s]")
MAX_TEXT = 500
_LONGEST_REPLY = 5_000


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
    rule = rule_for(phase, code, enhanced, words_of.deciding(text[:_LONGEST_REPLY]), None)
    return Outcome(rule.outcome, phase, code, enhanced, text[:MAX_TEXT])


def sameness(outcome: Outcome) -> str | None:
    """What two refusals have in common that would meet every mail: their words without names and numbers.

    None when the refusal is about the one recipient or the one mail, or is none.
    """
    text = words_of.deciding(outcome.text)
    if outcome.outcome_class is not OutcomeClass.PERMANENT or outcome.code is None:
        return None
    code = outcome.enhanced_code or ""
    of_one = (words_of.NO_MAILBOX, words_of.RECIPIENT_DECIDES, words_of.MAILBOX_FULL, words_of.TOO_LARGE)
    if re.fullmatch(r"5\.1\.\d+|[45]\.2\.\d+|5\.3\.4", code) or any(words_of.mentions(text, words) for words in of_one):
        return None
    if re.search(rf"{_SUPPRESSED}|\binvalid to\b", text, re.IGNORECASE):
        return None
    return f"{outcome.code} {code} {_VARYING.sub('', text).strip().lower()}"


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
