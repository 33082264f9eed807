"""A coordinator sees the own acts in the history, and may say that a follow-up is open again, as that it is done."""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

EVERYBODY = (
    "league_id = ANY ((SELECT bball_leagues('viewer', 'coordinator', 'registrar', 'mailer', 'admin'))::bigint[])"
)
TRUE_ACTS = """
    action NOT IN ('staff_added', 'staff_removed', 'erased')
    AND (league_id = ANY ((SELECT bball_leagues('registrar', 'mailer', 'admin'))::bigint[])
         OR (action IN ({acts}) AND {everybody}))
"""
BEFORE = "'exported', 'note_added', 'note_struck', 'follow_up_moved', 'follow_up_done'"
# In the function that makes the view of the history for whoever only looks.
LOOKED_AT = "FROM public.audit\n        WHERE league_id = ANY ((SELECT bball_leagues())::bigint[])'"
OWN_TOO = (
    "FROM public.audit\n        WHERE league_id = ANY ((SELECT bball_leagues())::bigint[])\n"
    "            OR (recorded_by = session_user\n"
    "                AND league_id = ANY ((SELECT bball_leagues(''coordinator''))::bigint[]))'"
)
MASKS = "SELECT pg_get_functiondef('bball_make_masks()'::regprocedure)"


def upgrade() -> None:
    allow(f"{BEFORE}, 'follow_up_reopened'")
    reword(LOOKED_AT, OWN_TOO)


def downgrade() -> None:
    reword(OWN_TOO, LOOKED_AT)
    allow(BEFORE)


def allow(acts: str) -> None:
    op.execute(f"ALTER POLICY added ON audit WITH CHECK ({TRUE_ACTS.format(acts=acts, everybody=EVERYBODY)})")


def reword(before: str, after: str) -> None:
    definition = str(op.get_bind().execute(sa.text(MASKS)).scalar())
    if definition.count(before) != 1:
        raise RuntimeError("bball_make_masks is not what this migration expects")
    op.get_bind().exec_driver_sql(definition.replace(before, after).replace("%", "%%"))
    op.execute("SELECT bball_make_masks()")
