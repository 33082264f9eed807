"""Which rows of the audit tell of something that was undone since: those are as if nobody had been there."""

_UNDONE = """
            FROM audit back JOIN audit act ON act.league_id = back.league_id
                AND act.id = CAST(coalesce(back.after ->> 'act', back.before ->> 'import') AS bigint)
            WHERE back.league_id = :league_id AND back.entity = 'league' AND back.entity_id = :league_id
                AND back.action IN ('act_undone', 'roster_import_undone') AND act.id > {since}
"""
# Of an act that was undone in part, what was put back counts no more, by whoever it was; the rest stands. An import
# counts as a whole, as it always did.
_PARTLY = "back.action = 'act_undone' AND coalesce(CAST(back.after ->> 'kept' AS bigint), 0) > 0"
_STANDS = """
        a.recorded_at NOT IN (
            SELECT unnest(CASE WHEN {partly} THEN ARRAY[back.recorded_at]
                               ELSE ARRAY[back.recorded_at, act.recorded_at] END)
            {undone})
        AND (a.recorded_at, a.entity, a.entity_id) NOT IN (
            SELECT partly.at, put.entity, put.entity_id
            FROM (SELECT act.recorded_at AS at, back.recorded_at AS back_at, back.recorded_by AS back_by
                  {undone} AND {partly}) AS partly
            JOIN audit put ON put.league_id = :league_id AND put.recorded_by = partly.back_by
                AND put.recorded_at = partly.back_at)
"""


def standing(since: str = "0") -> str:
    """SQL: the row ``a`` of the audit of ``:league_id`` still tells the truth. An act counts as undone if it came
    after the row with the id ``since`` (a number or a parameter): for whoever asks what happened since then, undoing
    something older is a change as well.
    """
    return _STANDS.format(undone=_UNDONE.format(since=since), partly=_PARTLY)
