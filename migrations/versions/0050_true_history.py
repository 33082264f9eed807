"""History hides numbers at every depth, says nothing that the database did not do, and is kept for its whole time."""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

# What an act was before stands below "row", so that it can be undone: the guardian with the phone number.
WITHOUT_NUMBERS = """
CREATE OR REPLACE FUNCTION bball_without_numbers(kept jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN CASE
        WHEN jsonb_typeof(kept) = 'object' THEN (
            SELECT COALESCE(jsonb_object_agg(key, public.bball_without_numbers(value)), '{}') FROM jsonb_each(kept)
            WHERE key NOT IN ('birthdate', 'phone'))
        WHEN jsonb_typeof(kept) = 'array' THEN (
            SELECT COALESCE(jsonb_agg(public.bball_without_numbers(value) ORDER BY place), '[]')
            FROM jsonb_array_elements(kept) WITH ORDINALITY AS one (value, place))
        ELSE kept END;
END $$
"""
WITHOUT_NUMBERS_BEFORE = """
CREATE OR REPLACE FUNCTION bball_without_numbers(kept jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN jsonb_typeof(kept) = 'object' THEN kept - ARRAY['birthdate', 'phone'] ELSE kept END
$$
"""

# Only functions of the owner give roles and erase, and they say so themselves. Whoever only looks does little.
EVERYBODY = (
    "league_id = ANY ((SELECT bball_leagues('viewer', 'coordinator', 'registrar', 'mailer', 'admin'))::bigint[])"
)
TRUE_ACTS = f"""
    action NOT IN ('staff_added', 'staff_removed', 'erased')
    AND (league_id = ANY ((SELECT bball_leagues('registrar', 'mailer', 'admin'))::bigint[])
         OR (action IN ('exported', 'note_added', 'note_struck', 'follow_up_moved', 'follow_up_done') AND {EVERYBODY}))
"""

# When an e-mail was finished a mailer writes, but not when it was made.
OLD = "finalized_at < now() - interval '400 days'"
REMOVED = """
    (league_id = ANY ((SELECT bball_leagues('mailer'))::bigint[]) AND {old}) OR (SELECT bball_everywhere())
"""

# The list of members is the admins'; asking for every login of the server would be reading it.
NAMED = "AND one.login = ANY (logins)"
HERE = (
    f"{NAMED} AND EXISTS (SELECT FROM pg_stat_activity AS here\n"
    "            WHERE here.datname = current_database() AND here.usename = one.login)"
)
COLLEAGUES = "SELECT pg_get_functiondef('bball_colleagues(bigint, text[])'::regprocedure)"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(WITHOUT_NUMBERS.replace("%", "%%"))
    op.execute(f"ALTER POLICY added ON audit WITH CHECK ({TRUE_ACTS})")
    kept = f"{OLD} AND created_at < now() - interval '400 days'"
    op.execute(f"ALTER POLICY removed ON outbox USING ({REMOVED.format(old=kept)})")
    reword(NAMED, HERE)


def downgrade() -> None:
    reword(HERE, NAMED)
    op.execute(f"ALTER POLICY removed ON outbox USING ({REMOVED.format(old=OLD)})")
    op.execute(f"ALTER POLICY added ON audit WITH CHECK ({EVERYBODY})")
    op.get_bind().exec_driver_sql(WITHOUT_NUMBERS_BEFORE.replace("%", "%%"))


def reword(before: str, after: str) -> None:
    definition = str(op.get_bind().execute(sa.text(COLLEAGUES)).scalar())
    if definition.count(before) != 1:
        raise RuntimeError("bball_colleagues is not what this migration expects")
    op.get_bind().exec_driver_sql(definition.replace(before, after).replace("%", "%%"))
