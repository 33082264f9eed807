"""Patterns that read in the answers of mail servers, and in reports, what they mean by their words. Pure.

Servers agree on codes in theory and on words in practice, so both are read, and the words of a person's address never
count: `daily-limit@example.org` is a mailbox like any other. The words were collected from the public documentation of
Gmail, Microsoft 365, Yahoo, iCloud, Fastmail, Zoho, Amazon SES, SendGrid and Mailgun, and from the sources of Postfix,
Exim, qmail and the usual hosting panels.
"""

import re

_ADDRESS = re.compile(
    r"<[^<>\s]*@[^<>]*>"  # <rosa@example.org>
    r'|"[^"]*"@[^\s<>"(),;]+'  # "daily limit"@example.org
    r"|[^\s<>\"(),;:]+@[^\s<>\"(),;:]+"
)
_ASIDE = re.compile(r"<[^<>]*>|\bhttps?://\S+", re.IGNORECASE)

NO_MAILBOX = (
    r"no such (user|mailbox|recipient|address|account|person|local user)"
    r"|no mailbox (here|by that name|found)|RecipientNotFound"
    r"|(user|recipient|mailbox|account|address)( name)? (is )?(unknown|not found|not known|invalid|non-?existent)"
    r"|(unknown|non-?existent|unrouteable|undeliverable|invalid) (local )?(user|recipient|mailbox|account|address)"
    r"|(user|recipient|mailbox|account|address)\b((?!domain|host).){0,60}\b(does|do|did) ?n(o|')?t exist"
    r"|does(n't| not) have an? \S+ account"
)
"""There is no such mailbox."""

SENDER = (
    r"sender (address )?(\S+ )?(rejected|refused|denied|blocked|verif|not (allowed|authori|permit|verif))"
    r"|sender verif|bad (outbound )?sender|SendAsDenied|not owned by"
    r"|send(ing)? (mail |e-?mail |messages? )?(as|from|on behalf of) (this|that|the|another|your|other)"
    r"|not (allowed|permitted|authori[sz]ed) to (send|submit|relay)"
    r"|(must|does not|doesn't) (be the same as|match).{0,60}(auth|login|sender|user|identity|account)"
    r"|relay(ing)? (access )?(denied|disallowed|not (allowed|permitted)|prohibited)"
    r"|(unable|not (allowed|permitted|authori[sz]ed)|refus\w+|does not|do not|cannot) (to )?relay"
    r"|not logged[ -]?in|log(ging)?[ -]?in (first|required)|authentication (is )?required|must (be )?authenticate"
    r"|not authenticated|identities failed"
)
"""Surely about the one who sends, whatever else is said."""

ACCOUNT = (
    r"\bsender|return[- ]?path|\bfrom[: ]*(address|header|domain)|envelope[- ]from|mail[- ]from"
    r"|\brelay|\blog(ged)?[ -]?in\b|authenticat|authori[sz]|credential|permission|privilege|not permitted|not allowed"
    r"|verified|verify|verification|unverified|access denied|not (yet )?activated"
    r"|reputation|black ?list|block ?list|deny ?list|\brbl\b|dnsbl|spamhaus|banned|spam abuse"
    r"|\bspf\b|dkim|domainkeys|dmarc|reverse dns|\bptr\b"
    r"|(your|this|the sending|smtp|submission) (e-?mail )?account\b.{0,60}"
    r"(suspend|block|disabl|lock|compromis|restrict)"
    r"|sending.{0,30}(paused|suspended|disabled|blocked)|outgoing (mail )?(is )?blocked"
)
"""About the sender, the login, relaying, verification, permission or the reputation of the account."""

RECIPIENT_DECIDES = (
    r"recipient address rejected"
    r"|(recipient|addressee|mailbox|user)\b.{0,40}\b(not accept|n't accept|only accept|refuse|has blocked|restrict"
    r"|suspend|disabled|inactive|locked)"
    r"|(blocked|rejected|refused) by (the |this )?(recipient|addressee|user)"
)
"""The mailbox is there, or was, and does not take this mail; others will."""

MAILBOX_FULL = (
    r"mailbox\b.{0,40}\b(full|quota|limit)|(quota|limit)\b.{0,30}\b(mailbox|storage)|over ?quota|storage allocation"
    r"|(user|recipient|account) (is )?(over|out of|exceed\w*) (the |its |his |their )?(quota|storage|space|disk)"
    r"|receiving (mail|messages|e-?mail)s? (too|at a rate)"
)
"""The recipient's mailbox has no room, or takes no more so quickly."""

TOO_LARGE = (
    r"(message|mail|e-?mail)\b.{0,20}\b(size|too (large|big|long))|size (limit|exceed)|exceeds?\b.{0,40}\bsize"
    r"|message (header )?length"
)
"""This one mail is too large."""

QUOTA = (
    r"SubmissionQuotaExceeded|quota for (sending|this account)"
    r"|\b(per|/) ?1?(hour|hr|day|week|month|h|d)\b|\b\d+ ?/ ?1?[hd]\b"
    r"|\b(hourly|daily|weekly|monthly|hour|day|month)\b.{0,60}\b(limit|quota|maximum|allowance)"
    r"|\b(limit|quota|maximum|max|allowance)\b.{0,40}\b(hour|day|week|month|hourly|daily|weekly|monthly|today)\b"
    r"|\b(send(ing|er)?|submission|outbound|outgoing|relay)s?[ _-]*((rate|volume|mail|e-?mail|message)s?[ _-]*)?"
    r"(limit|quota)"
    r"|credits?\b.{0,30}(exceed|exhaust|used up)|(exceed\w*|out of|insufficient|not enough|no more) .{0,20}credits"
    r"|unusual (rate|sending|volume|amount)|(max|maximum)( number of)? (e-?mails|messages|mails)\b"
)
"""Our own limit for an hour, a day, a month is used up."""

RATE = (
    r"too (many|much) (outgoing |outbound )?(mail|e-?mails?|messages|connections|concurrent|requests|errors|sessions)"
    r"|\b(per|/) ?(second|minute|sec|min|s|m)\b"
    r"|rate[ _-]?(limit|exceed)|over[ -]?limit|send(ing|er)? rate|throttl|concurrent|RateLimitExceeded"
    r"|(thread|connection|message|mail|e-?mail)s?[ _-]*(rate[ _-]*|count[ _-]*)?limit|sending.{0,20}too (fast|quick)"
    r"|slow down|unexpected volume"
)
"""We send too fast."""

# Exchange Online: 4.7.500-699 "Access denied, please try again later" and 4.7.650/651 "temporarily rate limited", at
# https://learn.microsoft.com/exchange/mail-flow-best-practices/non-delivery-reports-in-exchange-online
PACE_CODES = r"4\.7\.[56]\d\d"
"""Enhanced codes of a server that is well and wants mails to come more slowly, whatever its words are."""

PROVES_NOTHING = (
    r"sender|from (address|header|domain)|return[- ]?path|polic(y|ies)|\bspf|dkim|dmarc|domainkeys|\brat(e|ing)"
    r"|reputation|\bsize|large|\bbig\b|quota|limit|\bfull\b|storage|spam|bulk|unsolicited|block|black ?list|listed"
    r"|\brbl\b|dnsbl|banned|relay|authenti|authori[sz]|permi(t|ssion)|allowed|denied|verif|content|virus|restrict"
    r"|throttl|suspend|gr[ea]y ?list|again|temporar|too (many|much|fast)|log(ged)?[ -]?in|deferr|delay|suppress"
)
"""With one of these words a report proves nothing about the mailbox, whatever its code."""

ABOUT_US = rf"{SENDER}|{ACCOUNT}|{QUOTA}|{RATE}|polic(y|ies)|spam|unsolicited|\brate\b"
"""A report with one of these words complains about the league's mail, not about the family's mailbox."""


def asks_to_slow_down(text: str) -> bool:
    """Whether a server said with ``text``, or with the enhanced code before it, that we send too fast."""
    return re.match(rf"({PACE_CODES})(?!\S)", text) is not None or mentions(deciding(text), RATE)


def mentions(text: str, words: str) -> bool:
    """Whether ``text`` has any of ``words``, which are compiled when they are first looked for: few starts need any."""
    return re.search(words, text, re.IGNORECASE) is not None


def deciding(text: str) -> str:
    """``text`` without addresses, links and whatever stands in angle brackets: what is left may decide."""
    return _ASIDE.sub(" ", _ADDRESS.sub(" ", text))


def without_addresses(text: str) -> str:
    """``text`` without addresses alone."""
    return _ADDRESS.sub(" ", text)


def letters(raw: bytes) -> str:
    """``raw`` as text with all its letters: servers that know no UTF-8 write the one of Windows, or Latin-1."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")
