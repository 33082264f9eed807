"""One row of each table for a league, written by the owner."""

import psycopg

ROWS = (
    ("league", "(slug, name) VALUES (%(slug)s, %(slug)s)"),
    ("season", "(league_id, name) VALUES (%(league)s, 'Spring')"),
    ("team", "(league_id, season_id, name) VALUES (%(league)s, %(season)s, 'Hawks')"),
    ("player", "(league_id, first_name, last_name, birthdate) VALUES (%(league)s, 'Ann', 'Ames', '2015-01-01')"),
    ("other", "(league_id, first_name, last_name) VALUES (%(league)s, 'Ben', 'Ames')"),
    ("guardian", "(league_id, first_name, last_name, email) VALUES (%(league)s, 'Rosa', 'Ames', 'rosa@families.test')"),
    ("player_guardian", "(league_id, player_id, guardian_id) VALUES (%(league)s, %(player)s, %(guardian)s)"),
    (
        "merged_person",
        "(league_id, kind, kept_id, gone_id, stays_id, name, was, moved, undone_at, undone_by)"
        " VALUES (%(league)s, 'player', %(player)s, 987654, %(player)s, 'Bea Ames', '{}', '{}', now(), session_user)",
    ),
    ("distinct_players", "(league_id, one_id, other_id) VALUES (%(league)s, %(player)s, %(other)s)"),
    (
        "contract",
        "(league_id, season_id, team_id, player_id, status, offered_on)"
        " VALUES (%(league)s, %(season)s, %(team)s, %(player)s, 'offered', current_date)",
    ),
    (
        "second",
        "(league_id, season_id, team_id, player_id, status, offered_on)"
        " VALUES (%(league)s, %(season)s, %(team)s, %(other)s, 'offered', current_date)",
    ),
    (
        "signature",
        "(league_id, contract_id, signer, capacity, method, signed_on)"
        " VALUES (%(league)s, %(contract)s, 'Rosa Ames', 'mother', 'paper', current_date)",
    ),
    (
        "scan",
        "(league_id, contract_id, signature_id, kind, name, size, sha256, content)"
        " VALUES (%(league)s, %(contract)s, %(signature)s, 'pdf', 'paper.pdf', 1, sha256('x'), 'x')",
    ),
    (
        "outbox",
        "(league_id, kind, contract_id, recipient, dedupe_key, message_id, payload) VALUES (%(league)s, 'welcome',"
        " %(contract)s, 'rosa@families.test', 'welcome:' || %(contract)s || ':1:rosa@families.test',"
        " '<' || %(contract)s || '@x.test>', '{}')",
    ),
    (
        "outbox_message",
        "(league_id, outbox_id, subject, mime, sha256) VALUES (%(league)s, %(outbox)s, 'Hello', 'x', sha256('x'))",
    ),
    (
        "outbox_attempt",
        "(league_id, outbox_id, n, worker, started_at, outcome)"
        " VALUES (%(league)s, %(outbox)s, 1, 'desk', now(), 'accepted')",
    ),
    ("provider_gate", "(league_id, provider) VALUES (%(league)s, 'smtp:x')"),
    ("erasure", "(league_id, entity, entity_id, mark) VALUES (%(league)s, 'player', 0, sha256('x'))"),
    ("alert_notice", "(league_id, cause, channel) VALUES (%(league)s, 'failed', 'mail')"),
    (
        "family_note",
        "(league_id, player_id, guardian_id, kind, body) VALUES (%(league)s, %(player)s, %(guardian)s, 'call', 'rang')",
    ),
    ("suppression", "(league_id, email, reason) VALUES (%(league)s, 'no@families.test', 'asked')"),
    (
        "bounce",
        "(league_id, outbox_id, report_key, recipient, permanent)"
        " VALUES (%(league)s, %(outbox)s, 'k', 'rosa@families.test', true)",
    ),
    (
        "worker",
        "(id, league_id, name, host, pid, version, provider)"
        " VALUES (gen_random_uuid(), %(league)s, 'desk', 'h', 1, '1', 'smtp:x')",
    ),
    ("audit", "(league_id, action, entity, entity_id) VALUES (%(league)s, 'made', 'league', %(league)s)"),
    ("saved_filter", "(league_id, list, name, choices) VALUES (%(league)s, 'teams', 'mine', '{}')"),
    ("import_mapping", "(league_id, signature, mapping) VALUES (%(league)s, sha256('x'), '{}')"),
    ("group_staff", "(league_id, name) VALUES (%(league)s, 'Coach')"),
    (
        "group_member",
        "(league_id, team_id, staff_id, group_id, guid, state)"
        " VALUES (%(league)s, %(team)s, %(group_staff)s, '1', 'g', 'added')",
    ),
    (
        "group_intent",
        "(league_id, team_id, op_id, kind, payload, tag)"
        " VALUES (%(league)s, %(team)s, gen_random_uuid(), 'create', '{}', 't')",
    ),
    ("group_dismissal", "(league_id, team_id, group_id) VALUES (%(league)s, %(team)s, '1')"),
    (
        "group_look",
        "(league_id, team_id, state, found, why, warnings, account)"
        " VALUES (%(league)s, %(team)s, 'missing', '[]', '', '[]', 'me')",
    ),
)
OF = {"other": "player", "second": "contract"}
"""Second rows of a table."""


def fill(owner: psycopg.Connection, slug: str) -> dict[str, int]:
    """Make the league ``slug``; the ids of its rows by table."""
    made: dict[str, int] = {}
    for name, rest in ROWS:
        table = OF.get(name, name)
        with owner.cursor() as cursor:
            cursor.execute(f"INSERT INTO {table} {rest} RETURNING *".encode(), made | {"slug": slug})
            row = cursor.fetchone()
            assert row is not None
            assert cursor.description is not None
            columns = [column.name for column in cursor.description]
        if columns[0] == "id" and isinstance(row[0], int):
            made[name] = row[0]
    return made
