"""Reports of returned mails are read whatever they look like; nothing else is taken for one."""

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bball_tui.mail.bounces import Failure, read_report
from tests.support.reports import report


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
        ("5.1.10", "550 RecipientNotFound", True),
        ("5.2.1", "550 5.2.1 disabled", True),
        ("5.0.0", "550 5.1.1 <rosa@families.test>: Recipient address rejected", True),
        ("5.0.0", "550 User unknown in virtual mailbox table", True),
        ("5.4.1", "550 5.4.1 Recipient address rejected: mailbox does not exist", True),
        ("5.4.1", "550 5.4.1 Access denied", False),
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


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded", "", "FAILEDISH"])
def test_what_is_not_a_final_failure_is_no_bounce(action: str) -> None:
    assert read_report(report(action=action)) is None
    assert read_report(report(action="Failed")) is not None


def test_replies_receipts_and_complaints_are_no_bounces() -> None:
    away = b"From: rosa@families.test\r\nAuto-Submitted: auto-replied\r\nSubject: Away 550 5.1.1\r\n\r\nfailed"
    assert read_report(away) is None
    for kind in ("disposition-notification", "feedback-report"):
        assert read_report(report().replace(b"report-type=delivery-status", f"report-type={kind}".encode())) is None
    assert read_report(report().replace(b"multipart/report", b"multipart/mixed")) is None


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
    read_report(report()[: len(raw) * 5] + raw)


@given(st.integers(0, len(report())), st.integers(0, len(report())))
def test_a_report_with_a_piece_cut_out_is_read_somehow(start: int, end: int) -> None:
    raw = report(message_id="<a@westside.test>")
    read_report(raw[: min(start, end)] + raw[max(start, end) :])
