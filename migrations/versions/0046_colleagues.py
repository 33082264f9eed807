"""Who works in a league hears in which role the others do who have it open."""

from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

# Whoever has a role may see that somebody is here; what that one may do is no more of a secret. The list of all members
# stays the admins'.
FUNCTION = """
CREATE FUNCTION bball_colleagues(in_league bigint, logins text[]) RETURNS TABLE (login text, role text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF cardinality(public.bball_roles(in_league)) > 0 THEN
        RETURN QUERY SELECT DISTINCT one.login, one.role FROM public.league_member AS one
        WHERE (one.league_id = in_league OR one.league_id IS NULL) AND one.login = ANY (logins)
        ORDER BY one.login, one.role;
    END IF;
END $$;
"""
GRANT = """
DO $$ BEGIN
    IF bball_group() IS NOT NULL THEN
        EXECUTE format('GRANT EXECUTE ON FUNCTION bball_colleagues(bigint, text[]) TO %I', bball_group());
    END IF;
END $$
"""


def upgrade() -> None:
    op.execute(FUNCTION)
    op.execute("REVOKE ALL ON FUNCTION bball_colleagues(bigint, text[]) FROM PUBLIC")
    op.execute(GRANT)


def downgrade() -> None:
    op.execute("DROP FUNCTION bball_colleagues(bigint, text[])")
