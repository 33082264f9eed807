"""A restored backup stands in the activity of each of its leagues: what was done since is in no record there."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo

import psycopg

from bball_tui.database.engine import connect
from bball_tui.database.roles import person
from bball_tui.settings import SecretUrl
from bball_tui.time_format import clock, zone_for
from bball_tui.wording import short_date

# The owner restores, for the person at the machine. The trigger that writes who is connected would name the owner.
_AS_THE_PERSON = "SET LOCAL session_replication_role = replica"
_NOTE = """
INSERT INTO audit (league_id, recorded_by, action, entity, entity_id, after)
VALUES (%s, %s, 'backup_restored', 'league', %s, %s)
"""
_CLOCKS = "SELECT id, timezone, date_order FROM league"


def note_restore(restored: SecretUrl, made: datetime, paused: Mapping[int, int]) -> None:
    """Write into each league of ``restored`` who restored it, when, of when the backup is, and how many e-mails were
    paused. Blocking.
    """
    with connect(restored) as connection:
        connection.execute(_AS_THE_PERSON)
        for league, zone, order in connection.execute(_CLOCKS).fetchall():
            local = made.astimezone(_zone(zone, order))
            after = {"backup_of": f"{local:%Y-%m-%d}", "backup_time": clock(local), "paused": paused.get(league, 0)}
            connection.execute(_NOTE, (league, person(), league, json.dumps(after)))


def in_words(made: datetime, present: SecretUrl) -> str:
    """``Nov 23, 2026, 15:05`` in the zone of the leagues of ``present``; where they have none, or several, in UTC.

    Blocking.
    """
    try:
        with connect(present) as connection:
            found = {(zone, order) for _, zone, order in connection.execute(_CLOCKS).fetchall()}
    except psycopg.Error:
        found = set()  # a new data folder, or one of another program version
    local = made.astimezone(_zone(*found.pop()) if len(found) == 1 else UTC)
    return f"{short_date(local.date())}, {clock(local)}{' UTC' if local.tzinfo is UTC else ''}"


def _zone(name: str, order: str) -> tzinfo:
    try:
        return zone_for(name, order)
    except (KeyError, ValueError, OSError):  # a league may have any text there
        return UTC
