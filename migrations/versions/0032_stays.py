"""Whoever stays instead of others who were merged does not go: with them the others would be lost, too."""

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

# The same error as of a row that names them, so that what takes people away passes them over.
GUARD = """
CREATE FUNCTION bball_keep_who_stays() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM public.merged_person WHERE league_id = OLD.league_id AND kind = TG_TABLE_NAME
               AND stays_id = OLD.id AND undone_at IS NULL) THEN
        RAISE EXCEPTION '% %: others were merged into this one', TG_TABLE_NAME, OLD.id
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN OLD;
END $$;
REVOKE ALL ON FUNCTION bball_keep_who_stays() FROM PUBLIC;
CREATE TRIGGER keep_who_stays BEFORE DELETE ON player FOR EACH ROW EXECUTE FUNCTION bball_keep_who_stays();
CREATE TRIGGER keep_who_stays BEFORE DELETE ON guardian FOR EACH ROW EXECUTE FUNCTION bball_keep_who_stays();
"""


def upgrade() -> None:
    op.execute(GUARD)


def downgrade() -> None:
    op.execute("DROP TRIGGER keep_who_stays ON player")
    op.execute("DROP TRIGGER keep_who_stays ON guardian")
    op.execute("DROP FUNCTION bball_keep_who_stays()")
