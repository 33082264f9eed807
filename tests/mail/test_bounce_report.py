"""Reports of returned mails are read whatever they look like; nothing else is taken for one."""

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bball_tui.mail.bounce_report import Failure, read_report, unread_failure
from tests.support.reports import EXIM, QMAIL, report


def test_a_report_as_most_servers_write_it() -> None:
    found = read_report(report(message_id="<a@westside.test>", subject="=?utf-8?b?V2lsbGtvbW1lbiDDnA==?="))
    assert found is not None
    assert found.failures == (Failure(("rosa@families.test",), True, "5.1.1", "550 5.1.1 No such user"),)
    assert (found.message_id, found.subject, found.reporter) == ("<a@westside.test>", "Willkommen Ü", "mx.example")
    assert str(found.reported_at) == "2026-11-26 08:00:00+00:00"


@pytest.mark.parametrize("kind", ["message/rfc822", "text/rfc822-headers", "message/global-headers"])
def test_the_mail_is_returned_whole_or_by_its_headers(kind: str) -> None:
    found = read_report(report(message_id="<a@westside.test>", kind=kind))
    assert found is not None
    assert found.message_id == "<a@westside.test>"


def test_the_mail_is_not_returned_at_all() -> None:
    found = read_report(report())
    assert found is not None
    assert (found.message_id, found.subject) == (None, None)


@pytest.mark.parametrize(
    ("status", "said", "permanent"),
    [
        ("5.1.1", "550 5.1.1 No such user", True),
        ("5.1.10", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup", True),
        ("5.1.1", "550 5.1.1 <x@y.test>: Recipient address rejected: User unknown in virtual mailbox table", True),
        ("5.1.1", "550-5.1.1 The email account that you tried to reach does not exist. Please try again.", False),
        ("5.1.1", "550-5.1.1 The email account that you tried to reach does not exist. - gsmtp", True),
        ("5.0.0", "550 5.1.1 <rosa@families.test>: no such user", True),
        ("5.1.1", "550 5.1.1 <spam-rate-limit@families.test>: no such user", True),
        # The code alone, the words alone, a code that says less, or a mailbox that is there.
        ("5.1.1", "", False),
        ("5.1.1", "550 5.1.1 <no.such.user@families.test>: rejected", False),
        ("5.0.0", "550 User unknown in virtual mailbox table", False),
        ("5.1.0", "550 5.1.0 No such user", False),
        ("5.0.0", "550 No such user", False),
        ("5.4.1", "550 5.4.1 Recipient address rejected: mailbox does not exist", False),
        ("5.4.1", "550 5.4.1 Access denied", False),
        ("5.2.1", "550 5.2.1 disabled", False),
        ("5.2.2", "552 5.2.2 mailbox full", False),
        ("5.7.1", "550 5.7.1 policy, no such user would matter", False),
        ("4.4.7", "delivery time expired", False),
        ("", "host gone", False),
    ],
)
def test_only_a_mailbox_that_is_not_there_is_permanent(status: str, said: str, permanent: bool) -> None:
    found = read_report(report(status=status, said=said))
    assert found is not None
    assert found.failures[0].permanent is permanent


LISTED = ("sender", "policy", "SPF", "DKIM", "DMARC", "rate", "reputation", "size", "quota")


@given(
    st.sampled_from(["5.1.1", "5.1.10", "5.1.0", "5.0.0", ""]),
    st.sampled_from(LISTED).flatmap(lambda word: st.sampled_from([word, word.upper(), word.title()])),
    st.text(max_size=30),
    st.text(max_size=30),
)
def test_no_report_with_one_of_these_words_proves_anything(status: str, word: str, before: str, after: str) -> None:
    apart = [one.replace("@", "").replace("<", "").replace(">", "") for one in (before, after)]  # no part of an address
    found = read_report(report(status=status, said=f"550 5.1.1 No such user {apart[0]} {word} {apart[1]} No such user"))
    assert found is None or not any(one.permanent for one in found.failures)


def test_who_is_to_blame_for_a_report() -> None:
    def about_us(said: str) -> bool:
        found = read_report(report(status="5.7.1", said=said))
        assert found is not None
        return found.failures[0].about_us

    assert about_us("550 5.7.26 Unauthenticated mail: SPF and DKIM did not pass")
    assert about_us("550 5.1.1 <rosa@families.test>: Sender address rejected: User unknown")
    assert not about_us("550 5.1.1 <sender-policy@families.test>: no such user")


@pytest.mark.parametrize("text", [EXIM, QMAIL])
def test_plain_texts_of_exim_and_qmail(text: bytes) -> None:
    found = read_report(text)
    assert found is not None
    (failure,) = found.failures
    assert (failure.addresses, failure.status, failure.permanent) == (("rosa@families.test",), "5.1.1", True)
    assert found.message_id == "<a@westside.test>"
    by_people = (
        text.replace(b"MAILER-DAEMON", b"rosa").replace(b"Mail Delivery", b"Rosa").replace(b"Path: <>", b"Path: -")
    )
    assert read_report(by_people.replace(b"X-Failed-Recipients", b"X-Other")) is None


def test_an_alias_in_a_plain_text_keeps_the_address_that_we_wrote_to() -> None:
    text = EXIM.replace(b"  rosa@families.test\n", b"  r.diaz@mx.test\n    (generated from rosa@families.test)\n")
    found = read_report(text)
    assert found is not None
    assert found.failures[0].addresses == ("rosa@families.test", "r.diaz@mx.test")


def test_what_is_wrapped_or_commented_is_read() -> None:
    mixed = report(message_id="<a@westside.test>").replace(
        b'multipart/report; report-type=delivery-status; boundary="cut"', b'multipart/mixed; boundary="cut"'
    )
    found = read_report(mixed)
    assert found is not None
    assert found.failures[0].permanent
    assert found.message_id == "<a@westside.test>"
    inner = mixed.partition(b"\r\n\r\n")[2]
    head = b"From: MAILER-DAEMON@mx.test\r\nContent-Type: multipart/mixed; boundary=outer\r\n\r\n--outer\r\n"
    wrapped = head + b'Content-Type: multipart/report; boundary="cut"\r\n\r\n' + inner + b"\r\n--outer--\r\n"
    assert read_report(wrapped) is not None
    assert read_report(report(action="failed (Unable to deliver)")) is not None
    assert read_report(report(action="delayed (failed once)")) is None


def test_what_looks_like_a_failure_and_cannot_be_read_is_named() -> None:
    odd = b"From: MAILER-DAEMON@mx.test\r\nSubject: =?utf-8?q?Undeliverable=3A_Welcome?=\r\n\r\nIt did not work."
    assert read_report(odd) is None
    assert unread_failure(odd) == "Undeliverable: Welcome"
    assert unread_failure(odd.replace(b"MAILER-DAEMON", b"rosa")) is None
    assert unread_failure(odd.replace(b"Undeliverable", b"Delayed")) is None
    assert unread_failure(report(action="delayed")) is None


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_the_letters_of_a_report_are_kept(encoding: str) -> None:
    raw = report(said="550 5.1.1 Empf@nger unbekannt").replace(b"Empf@nger", "Empfänger".encode(encoding))
    found = read_report(raw)
    assert found is not None
    assert found.failures[0].diagnostic == "550 5.1.1 Empfänger unbekannt"
    encoded = read_report(report(said="=?utf-8?q?550_Empf=C3=A4nger?= unbekannt"))
    assert encoded is not None
    assert encoded.failures[0].diagnostic == "550 Empfänger unbekannt"


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded", "", "FAILEDISH"])
def test_what_is_not_a_final_failure_is_no_bounce(action: str) -> None:
    assert read_report(report(action=action)) is None
    assert read_report(report(action="Failed")) is not None


def test_replies_receipts_and_complaints_are_no_bounces() -> None:
    away = b"From: rosa@families.test\r\nAuto-Submitted: auto-replied\r\nSubject: Away 550 5.1.1\r\n\r\nfailed"
    assert read_report(away) is None
    for kind in ("disposition-notification", "feedback-report"):
        assert read_report(report().replace(b"report-type=delivery-status", f"report-type={kind}".encode())) is None


def test_an_international_address_in_both_of_its_forms() -> None:
    for written in ("utf-8;josé@familien.test", r"utf-8;jos\x{E9}@familien.test"):
        raw = report().replace(b"message/delivery-status", b"message/global-delivery-status")
        raw = raw.replace(b"rfc822;rosa@families.test", written.encode())
        found = read_report(raw.replace(b"rfc822; rosa@families.test", b"rfc822; xn--jos-dma@familien.test"))
        assert found is not None
        assert found.failures[0].addresses == ("josé@familien.test", "xn--jos-dma@familien.test")


def test_an_encoded_status_is_decoded() -> None:
    fields = b"Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; rosa@families.test\n"
    fields += b"Action: failed\nStatus: 5.1.1\n"
    head, _, rest = report().partition(b"Content-Type: message/delivery-status\r\n\r\n")
    tail = rest[rest.index(b"--cut") :]
    raw = head + b"Content-Type: message/global-delivery-status\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    found = read_report(raw + b64encode(fields) + b"\r\n" + tail)
    assert found is not None
    assert found.failures[0].status == "5.1.1"


def test_one_report_about_several_addresses() -> None:
    block = b"Final-Recipient: rfc822; dan@families.test\r\nAction: failed\r\nStatus: 5.2.2\r\n\r\n"
    raw = report().replace(b"--cut--", b"").replace(b"\r\n\r\nOriginal", b"\r\n\r\n" + block + b"Original") + b"--cut--"
    found = read_report(raw)
    assert found is not None
    assert [one.addresses[0] for one in found.failures] == ["dan@families.test", "rosa@families.test"]


def test_what_servers_say_is_one_clean_line_of_bounded_length() -> None:
    said = "550 \x1b[2Jno\u202e such user " + "x" * 5_000
    found = read_report(report(said=said))
    assert found is not None
    diagnostic = found.failures[0].diagnostic
    assert diagnostic is not None
    assert len(diagnostic) <= 1_000
    assert not any(character in diagnostic for character in "\x1b\u202e\n")


def test_addresses_that_are_none_are_passed_over() -> None:
    for bad in ("<>", "postmaster", "a b@c.test", "a@b@c.test"):
        assert read_report(report(to=bad)) is None


@given(st.binary(max_size=400))
def test_any_bytes_are_no_report_or_one(raw: bytes) -> None:
    read_report(raw)
    read_report(report().replace(b"rosa@families.test", raw))
    read_report(EXIM.replace(b"RCPT", raw))
    read_report(QMAIL.replace(b"<rosa@families.test>:", raw))
    unread_failure(raw)
    unread_failure(report()[: len(raw) * 5] + raw)
    read_report(report()[: len(raw) * 5] + raw)


@given(st.integers(0, len(report())), st.integers(0, len(report())))
def test_a_report_with_a_piece_cut_out_is_read_somehow(start: int, end: int) -> None:
    raw = report(message_id="<a@westside.test>")
    read_report(raw[: min(start, end)] + raw[max(start, end) :])
