"""Whoever is erased is in no list anymore, and no new season proposes them."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

DEFINITION = "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname = 'bball_erase'"
BEFORE = "birthdate = NULL, jersey = NULL,\n        merged_names = '', version = version + 1"
AFTER = (
    "birthdate = NULL, jersey = NULL,\n        archived_at = COALESCE(archived_at, now()),"
    " archived_by = COALESCE(archived_by, session_user),\n        merged_names = '', version = version + 1"
)


def upgrade() -> None:
    reword(BEFORE, AFTER)


def downgrade() -> None:
    reword(AFTER, BEFORE)


def reword(before: str, after: str) -> None:
    definition = str(op.get_bind().execute(sa.text(DEFINITION)).scalar())
    if definition.count(before) != 1:
        raise RuntimeError("bball_erase is not what this migration expects")
    op.get_bind().exec_driver_sql(definition.replace(before, after).replace("%", "%%"))
