"""How an item becomes a row of the outbox, in SQL: what is promised, and the Message-ID that names the promise.

The Message-ID's left side is salted by the league's row: receivers drop an id that they have seen, and a trial database
promises the same mails. Its right side is the league's own domain when it has a usable one; mail servers reject others,
so the mails of a league without one get theirs before they are frozen.
"""

UNADDRESSED = "bball-tui.invalid"
"""The right side of the Message-ID of a mail that was promised before the league had a From address."""

MESSAGE_ID = """
    '<' || CAST(left(encode(sha256(convert_to(CAST(league.mail_salt AS text) || item.dedupe_key, 'UTF8')), 'hex'), 32)
                AS uuid) || '@'
        || coalesce(substring(lower(league.from_email) FROM '@([a-z0-9][a-z0-9.-]*[a-z0-9])$'), :unaddressed) || '>'
"""
OF_ITEMS = """
    jsonb_to_recordset(CAST(:items AS jsonb)) AS item
        (place int, kind text, contract_id bigint, recipient text, dedupe_key text, payload jsonb, waits_for text)
    JOIN league ON league.id = :league_id
"""
