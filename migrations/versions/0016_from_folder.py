"""What was only written to a folder may be written again: its frozen mail, which nobody had, and no other may go."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

# A mail goes with its outbox row as before: then the row is not there anymore. Asked for by itself it goes only while
# the row counts as sent into a folder and nobody said that it came back.
KEEP = """
CREATE FUNCTION bball_keep_written() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM outbox WHERE id = OLD.outbox_id
               AND NOT (state = 'sent' AND provider IS NOT DISTINCT FROM 'maildir' AND bounced_at IS NULL)) THEN
        RAISE EXCEPTION 'outbox_message rows are kept: DELETE' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER keep BEFORE DELETE ON outbox_message FOR EACH ROW EXECUTE FUNCTION bball_keep_written();
"""
# The role need not be there: anyone who owns the database may use it alone.
GRANT = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bball_staff') THEN
        {} DELETE ON outbox_message {} bball_staff;
    END IF;
END $$;
"""


def upgrade() -> None:
    op.execute(KEEP)
    op.execute(GRANT.format("GRANT", "TO"))


def downgrade() -> None:
    op.execute(GRANT.format("REVOKE", "FROM"))
    op.execute("DROP TRIGGER keep ON outbox_message")
    op.execute("DROP FUNCTION bball_keep_written()")
