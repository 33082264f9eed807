"""Reports of returned mails as mail servers write them."""

REPORT = """\
From: Mail Delivery Subsystem <MAILER-DAEMON@mx.example>
To: office@westside.test
Subject: Delivery Status Notification (Failure)
Date: Thu, 26 Nov 2026 08:00:00 +0000
Message-ID: <{report}@mx.example>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="cut"

--cut
Content-Type: text/plain; charset=utf-8

Your message could not be delivered.

--cut
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example
Arrival-Date: Thu, 26 Nov 2026 07:59:58 +0000

Original-Recipient: rfc822;{to}
Final-Recipient: rfc822; {to}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {said}
Last-Attempt-Date: Thu, 26 Nov 2026 08:00:00 +0000

{returned}--cut--
"""
RETURNED = """\
--cut
Content-Type: {type}

{message_id}Subject: {subject}
From: Westside <office@westside.test>
To: {to}

"""

EXIM = b"""\
Return-Path: <>
X-Failed-Recipients: rosa@families.test
Auto-Submitted: auto-replied
From: Mail Delivery System <MAILER-DAEMON@mx.example>
To: office@westside.test
Subject: Mail delivery failed: returning message to sender
Message-ID: <E1r-exim@mx.example>
Date: Thu, 26 Nov 2026 08:00:00 +0000

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  rosa@families.test
    host mx.families.test [192.0.2.1]
    SMTP error from remote mail server after RCPT TO:<rosa@families.test>:
    550 5.1.1 No such user

------ This is a copy of the message, including all the headers. ------

Return-path: <office@westside.test>
Message-ID: <a@westside.test>
Subject: Welcome
To: rosa@families.test

Welcome!
"""
"""What Exim wrote before it had reports of its own, and writes still where it is told so."""

QMAIL = b"""\
Return-Path: <>
From: MAILER-DAEMON@mx.example
To: office@westside.test
Subject: failure notice
Date: Thu, 26 Nov 2026 08:00:00 +0000

Hi. This is the qmail-send program at mx.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<rosa@families.test>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

Return-Path: <office@westside.test>
Message-ID: <a@westside.test>
Subject: Welcome
To: rosa@families.test

Welcome!
"""


def report(
    to: str = "rosa@families.test",
    *,
    message_id: str | None = None,
    subject: str | None = None,
    action: str = "failed",
    status: str = "5.1.1",
    said: str = "550 5.1.1 No such user",
    kind: str = "message/rfc822",
    number: int = 1,
) -> bytes:
    """One report; without ``message_id`` and ``subject`` it returns nothing of the mail."""
    returned = ""
    if message_id is not None or subject is not None:
        head = f"Message-ID: {message_id}\n" if message_id else ""
        returned = RETURNED.format(type=kind, message_id=head, subject=subject or "Welcome", to=to)
    text = REPORT.format(report=f"r{number}", to=to, action=action, status=status, said=said, returned=returned)
    return text.replace("\n", "\r\n").encode()
