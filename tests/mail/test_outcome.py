from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bball_tui.mail.answer_patterns import TOO_LARGE, mentions
from bball_tui.mail.outcome import (
    NO_RETURN,
    TABLE,
    Fault,
    OutcomeClass,
    Phase,
    classify_exception,
    classify_http,
    classify_smtp,
    enhanced_code,
    sameness,
)

NOW = datetime(2027, 3, 6, 12, 0, tzinfo=UTC)
PHASES = st.sampled_from(Phase)
WORDS = st.one_of(
    st.text(max_size=80),
    st.sampled_from(
        ["daily limit", "suppression list", "throttled", "5.4.5 quota", "4.2.2 full", "invalid_grant", "SendAsDenied"]
    ),
)


@pytest.mark.slow
@given(
    PHASES, st.integers(-1, 700), st.one_of(st.none(), st.from_regex(r"[245]\.\d{1,3}\.\d{1,3}", fullmatch=True)), WORDS
)
def test_every_reply_has_one_class_and_the_phase_binds_it(
    phase: Phase, code: int, enhanced: str | None, text: str
) -> None:
    outcome = classify_smtp(phase, code, enhanced, text)
    assert outcome.phase is phase
    if outcome.outcome_class is OutcomeClass.ACCEPTED:
        assert phase in NO_RETURN
        assert 200 <= code < 300
    if outcome.outcome_class is OutcomeClass.IN_DOUBT:
        assert phase in NO_RETURN
    if phase in NO_RETURN and not 200 <= code < 600:
        assert outcome.outcome_class is OutcomeClass.IN_DOUBT


@given(PHASES, st.sampled_from(Fault), WORDS)
def test_silence_is_in_doubt_after_the_dot_and_never_before(phase: Phase, fault: Fault, text: str) -> None:
    outcome = classify_exception(phase, fault, text)
    assert (outcome.outcome_class is OutcomeClass.IN_DOUBT) == (phase in NO_RETURN)
    assert outcome.outcome_class is not OutcomeClass.ACCEPTED


@given(
    st.sampled_from([Phase.HTTP, Phase.HTTP_SEND]),
    st.integers(100, 599),
    WORDS,
    st.one_of(st.none(), st.text(max_size=40)),
)
def test_every_http_answer_has_one_class(phase: Phase, status: int, body: str, retry_after: str | None) -> None:
    outcome = classify_http(phase, status, body, retry_after, now=NOW)
    if phase is Phase.HTTP:
        assert outcome.outcome_class not in (OutcomeClass.ACCEPTED, OutcomeClass.IN_DOUBT)
    elif status >= 500:
        assert outcome.outcome_class is OutcomeClass.IN_DOUBT
    assert outcome.retry_after is None or outcome.retry_after >= timedelta()


@pytest.mark.parametrize(
    ("phase", "reply", "expected"),
    [
        (Phase.DOT, "250 2.0.0 OK", "accepted"),
        (Phase.DOT, "354 go on", "in_doubt"),
        # The traps.
        (Phase.DOT, "550 5.4.5 Daily user sending limit exceeded.", "quota"),
        (Phase.DOT, "550 5.4.5 Sorry.", "quota"),
        (Phase.MAIL, "550 5.4.5 Daily user sending limit exceeded.", "quota"),
        (Phase.DOT, "550 5.1.90 Your message can't be sent because you've reached your daily limit", "quota"),
        (Phase.DOT, "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException", "quota"),
        (Phase.DOT, "454 Throttling failure: Daily message quota exceeded.", "quota"),
        (Phase.RCPT, "451 Recipient on suppression list", "permanent"),
        (Phase.AUTH, "454 4.7.0 Too many login attempts, please try again later.", "provider_transient"),
        (Phase.AUTH, "535 5.7.8 Username and Password not accepted.", "auth"),
        (Phase.AUTH, "534 5.7.14 Please log in via your web browser", "auth"),
        (Phase.AUTH, "504 5.5.4 Unrecognized authentication type", "auth"),
        (Phase.MAIL, "530 5.7.0 Authentication Required.", "auth"),
        (Phase.DOT, "554 5.2.252 SendAsDenied; a@b.example not allowed to send as c@d.example", "refused"),
        (Phase.RCPT, "553 5.7.1 <a@b.example>: Sender address rejected: not owned by user x", "refused"),
        (Phase.CONNECT, "554 5.7.1 no service for you", "provider_transient"),
        (Phase.TLS, "454 4.3.0 TLS not available", "provider_transient"),
        (Phase.HELLO, "501 bad name", "provider_transient"),
        (Phase.RCPT, "421 4.7.0 Try again later, closing connection.", "provider_transient"),
        (Phase.DOT, "421 4.3.0 Temporary System Problem", "provider_transient"),
        (Phase.MAIL, "451 4.3.0 try later", "provider_transient"),
        (Phase.MAIL, "452 4.3.1 Insufficient system storage", "provider_transient"),
        (Phase.DOT, "450 4.7.1 Error: too much mail from 192.0.2.1", "provider_transient"),
        (Phase.RCPT, "450 4.2.1 The user is receiving mail too quickly, sending rate", "recipient_transient"),
        (Phase.RCPT, "452 4.2.2 The email account that you tried to reach is over quota.", "recipient_transient"),
        (Phase.RCPT, "450 4.7.1 Greylisted, see you in 5 minutes", "recipient_transient"),
        (Phase.RCPT, "452 4.5.3 Too many recipients", "recipient_transient"),
        (Phase.DOT, "451 4.3.0 queue file write error", "recipient_transient"),
        (Phase.RCPT, "550 5.1.1 The email account that you tried to reach does not exist.", "permanent"),
        (Phase.DOT, "552 5.2.2 mailbox over quota", "permanent"),
        (Phase.DOT, "552 5.3.4 Message size exceeds fixed limit", "permanent"),
        (Phase.DOT, "550 5.7.1 Messages missing a valid Message-ID header are not accepted.", "permanent"),
        (Phase.RCPT, "550 no", "permanent"),
        (Phase.DATA, "250 out of step", "provider_transient"),
    ],
)
def test_replies_of_real_servers(phase: Phase, reply: str, expected: str) -> None:
    outcome = classify_smtp(phase, int(reply[:3]), None, reply[4:])
    assert outcome.outcome_class == expected
    assert outcome.code == int(reply[:3])


# The whole reply, and the class that it has at RCPT and after the dot.
ACCOUNT = [
    "501 must be the same as authorization user",
    "501 5.1.7 Bad sender address syntax",
    "550 5.1.8 Access denied, bad outbound sender",
    "550 5.1.0 <office@westside.test>: Sender address rejected: User unknown in virtual mailbox table",
    "553 5.7.1 <office@westside.test>: Sender address rejected: not owned by auth user",
    "553 5.7.1 <office@westside.test>: Sender address rejected: not logged in",
    "554 5.7.1 <rosa@families.test>: Relay access denied",
    "550 5.7.1 Relaying denied",
    "550 relay not permitted",
    "550 Sender verify failed",
    "554 Message rejected: Email address is not verified. The following identities failed the check: a@b.test",
    "554 Access denied: User is not authorized to perform ses:SendRawEmail",
    "554 Sending paused for this account.",
    "550 The from address does not match a verified Sender Identity. Mail cannot be sent until this is resolved.",
    "550 From address not verified",
    "551 5.7.1 Not authorised to send from this header address",
    "550 5.7.60 SMTP; Client does not have permissions to send as this sender",
    "550 5.7.501 Service unavailable, spam abuse detected from your account",
    "550 5.7.26 Unauthenticated email is not accepted due to the domain's DMARC policy",
    "550 5.7.515 Access denied, sending domain does not meet the required authentication level",
    "550 5.7.708 Service unavailable. Access denied, traffic not accepted from this IP",
    "550 5.7.1 Mail from your network blocked: on our blocklist",
    "550 Your message was rejected for the poor reputation of the sending domain",
    "550 Your account has been suspended",
    "502 5.7.0 Your SMTP account is not yet activated",
    "554 5.1.8 Email Outgoing Blocked",
]
LIMITS = [
    "550 5.4.6 Unusual sending activity detected",
    "550 5.7.28 There is an unusual rate of unsolicited mail",
    "451 4.7.500 Server busy. Please try again later",
    "550 Domain has exceeded the max emails per hour (150/150 (100%)) allowed. Message discarded.",
    "550 5.7.1 <DATA>: Data command rejected: only 10 messages per day",
    "554 mails limit per day reached",
    "550 send limit exceeded",
    "550 You have exceeded your monthly quota of messages",
    '451 4.7.1 Ratelimit "user" exceeded',
    "550 Email account x@y.test is sending too many emails - rate overlimit = 83.6 / 1h",
    "432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded",
    "451 Authentication failed: Maximum credits exceeded",
    "550 Maximum credits exceeded",
    "450 4.2.1 Peak SMTP relay limit exceeded for customer",
    "550 exceeded hour limit",
    "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException",
    "550 Too many messages, slow down",
]
RECIPIENTS = [
    "550 5.1.1 <daily-limit@x.test>: no such user",
    "550 5.1.1 sender verification of the recipient failed, rate limit per hour",
    "550 No such user <relay.denied@sender-policy.test>",
    '550 "daily limit exceeded"@x.test: User unknown',
    "550 5.4.1 Recipient address rejected: Access denied",
    "550 this recipient does not accept mail from this sender",
    "552 Mailbox quota exceeded",
    "552 5.2.2 mailbox over quota",
    "554 5.7.9 Message not accepted for policy reasons",
    "554 5.7.14 not here",
    "550 5.7.8 no",
    "552 5.3.4 Message size limit exceeded",
    "550 message size exceeds the limit per message",
    "554 5.4.6 Hop count exceeded - possible mail loop",
    "550 Unrouteable address",
]


@pytest.mark.parametrize("phase", [Phase.RCPT, Phase.DATA, Phase.DOT])
@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        *((reply, ("refused",)) for reply in ACCOUNT),
        *((reply, ("quota", "provider_transient")) for reply in LIMITS),
        *((reply, ("permanent",)) for reply in RECIPIENTS),
    ],
)
def test_who_is_at_fault(phase: Phase, reply: str, expected: tuple[str, ...]) -> None:
    assert classify_smtp(phase, int(reply[:3]), None, reply[4:]).outcome_class in expected


@pytest.mark.parametrize("reply", LIMITS)
@pytest.mark.parametrize("phase", [phase for phase in Phase if phase in ("connect", "hello", "auth", "mail")])
def test_a_limit_is_one_in_every_phase(phase: Phase, reply: str) -> None:
    found = classify_smtp(phase, int(reply[:3]), None, reply[4:]).outcome_class
    assert found in (OutcomeClass.QUOTA, OutcomeClass.PROVIDER_TRANSIENT)


@pytest.mark.slow
@given(st.integers(500, 599), st.text(max_size=60))
def test_no_recipient_is_to_blame_before_one_was_named(code: int, text: str) -> None:
    found = classify_smtp(Phase.MAIL, code, None, text)
    if code != 552 and not mentions(text, TOO_LARGE):
        assert found.outcome_class not in (OutcomeClass.PERMANENT, OutcomeClass.RECIPIENT_TRANSIENT)


@given(PHASES, st.sampled_from([*ACCOUNT, *LIMITS, *RECIPIENTS]))
def test_the_words_of_an_address_never_decide(phase: Phase, words: str) -> None:
    plain = classify_smtp(phase, 550, None, "Rejected").outcome_class
    address = "-".join("".join(one for one in words if one.isalnum() or one == " ").split()) + "@x.test"
    for written in (address, f"<{address}>", f'"{words[4:20]}"@x.test'.replace('""', '"')):
        assert classify_smtp(phase, 550, None, f"{written} Rejected").outcome_class is plain


def test_what_would_meet_every_mail_is_told_from_what_meets_one() -> None:
    def same(reply: str) -> str | None:
        return sameness(classify_smtp(Phase.DOT, int(reply[:3]), None, reply[4:]))

    assert same("554 5.7.1 Not today (AB12) for <a@x.test>") == same("554 5.7.1 Not today (CD34) for <b@y.test>")
    assert same("554 5.7.1 Not today") != same("554 5.7.1 Never")
    for one in ("550 5.1.1 unknown", "550 no such user", "552 5.2.2 full", "552 5.3.4 size", "250 ok", "451 later"):
        assert same(one) is None


@pytest.mark.parametrize(
    ("phase", "status", "body", "expected"),
    [
        (Phase.HTTP_SEND, 200, '{"id": "1"}', "accepted"),
        (Phase.HTTP, 200, "not JSON", "provider_transient"),
        (Phase.HTTP, 401, "authError", "auth"),
        (Phase.HTTP, 400, '{"error": "invalid_grant"}', "auth"),
        (Phase.HTTP, 400, '{"reason": "failedPrecondition", "message": "Mail service not enabled"}', "auth"),
        (Phase.HTTP_SEND, 400, '{"reason": "invalidArgument", "message": "Invalid To header"}', "permanent"),
        (Phase.HTTP_SEND, 403, '{"reason": "dailyLimitExceeded"}', "quota"),
        (Phase.HTTP_SEND, 403, '{"reason": "userRateLimitExceeded"}', "provider_transient"),
        (Phase.HTTP_SEND, 403, '{"reason": "rateLimitExceeded"}', "provider_transient"),
        (Phase.HTTP, 403, '{"reason": "insufficientPermissions"}', "auth"),
        (Phase.HTTP_SEND, 429, "User-rate limit exceeded.", "provider_transient"),
        (Phase.HTTP, 503, "backendError", "provider_transient"),
        (Phase.HTTP_SEND, 503, "backendError", "in_doubt"),
        (Phase.HTTP_SEND, 404, "Requested entity was not found.", "in_doubt"),
    ],
)
def test_answers_of_the_gmail_api(phase: Phase, status: int, body: str, expected: str) -> None:
    assert classify_http(phase, status, body, now=NOW).outcome_class == expected


@pytest.mark.parametrize(
    ("body", "header", "seconds"),
    [
        ("User-rate limit exceeded.  Retry after 2027-03-06T12:15:00.000Z", None, 900),
        ("", "120", 120),
        ("", "Sat, 06 Mar 2027 12:01:00 GMT", 60),
        ("", "Sat, 06 Mar 2027 11:00:00 GMT", 0),
        ("Retry after 2027-99-99T12:15:00.000Z", None, None),
        ("", "soon", None),
        ("", None, None),
    ],
)
def test_how_long_the_provider_wants_us_to_wait(body: str, header: str | None, seconds: int | None) -> None:
    wait = classify_http(Phase.HTTP, 429, body, header, now=NOW).retry_after
    assert wait == (None if seconds is None else timedelta(seconds=seconds))


def test_the_text_is_clean_and_without_repeated_codes() -> None:
    outcome = classify_smtp(Phase.RCPT, 550, None, "5.1.1 The account\n5.1.1 does \x1b[31mnot exist.\x07")
    assert outcome.text == "The account does [31mnot exist."
    assert outcome.enhanced_code == "5.1.1"
    assert len(classify_smtp(Phase.RCPT, 550, None, "x" * 5000).text) == 500


@pytest.mark.parametrize(
    ("text", "code"),
    [("5.1.1 no", "5.1.1"), ("4.999.999", "4.999.999"), ("3.1.1 no", None), ("5.1.1000", None), ("see 5.1.1", None)],
)
def test_enhanced_codes(text: str, code: str | None) -> None:
    assert enhanced_code(text) == code


def test_every_rule_says_why_and_the_last_two_fit_everything() -> None:
    assert all(rule.because for rule in TABLE)
    assert [rule.outcome for rule in TABLE[-2:]] == [OutcomeClass.IN_DOUBT, OutcomeClass.PROVIDER_TRANSIENT]
    assert TABLE[-2].phases == NO_RETURN
    assert TABLE[-1].phases == frozenset(Phase)
