"""A player, a team or a season can be archived: out of the lists, found by searching, and brought back."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

TABLES = ("player", "team", "season")
# The client cannot say who did it, or when. What is archived already stays as it was.
STAMP = """
CREATE FUNCTION bball_stamp_archived() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.archived_at IS NOT NULL THEN
        NEW.archived_at := OLD.archived_at;
        NEW.archived_by := OLD.archived_by;
    ELSIF NOT public.bball_everywhere() THEN
        NEW.archived_at := now();
        NEW.archived_by := session_user;
    END IF;
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION bball_stamp_archived() FROM PUBLIC;
"""
TRIGGER = """
CREATE TRIGGER stamp_archived BEFORE INSERT OR UPDATE OF archived_at, archived_by ON {table}
    FOR EACH ROW WHEN (NEW.archived_at IS NOT NULL) EXECUTE FUNCTION bball_stamp_archived()
"""
GRANT = """
DO $$ BEGIN
    IF bball_group() IS NOT NULL THEN
        EXECUTE format('GRANT INSERT (archived_at, archived_by), UPDATE (archived_at, archived_by) ON {table} TO %I',
                       bball_group());
    END IF;
END $$
"""


def upgrade() -> None:
    op.execute(STAMP)
    op.execute("SELECT bball_drop_masks()")
    for table in TABLES:
        op.add_column(table, sa.Column("archived_at", postgresql.TIMESTAMP(timezone=True), nullable=True))
        op.add_column(table, sa.Column("archived_by", sa.Text(), nullable=True))
        op.create_check_constraint(op.f(f"ck_{table}_archived"), table, "(archived_at IS NULL) = (archived_by IS NULL)")
        op.execute(TRIGGER.format(table=table))
        op.execute(GRANT.format(table=table))
    op.execute("SELECT bball_make_masks()")


def downgrade() -> None:
    op.execute("SELECT bball_drop_masks()")
    for table in TABLES:
        op.execute(f"DROP TRIGGER stamp_archived ON {table}")
        op.drop_constraint(op.f(f"ck_{table}_archived"), table)
        op.drop_column(table, "archived_by")
        op.drop_column(table, "archived_at")
    op.execute("SELECT bball_make_masks()")
    op.execute("DROP FUNCTION bball_stamp_archived()")
