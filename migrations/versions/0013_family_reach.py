"""A player carries whether a mail can reach the family, so that a list of any length is sorted by it."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# The players are locked first, always in the same order: of two who change one family at once, the second one counts
# what the first one has done. A statement of its own counts, as it sees what was committed during the wait. Players
# whom this very transaction wrote need no lock: an import makes thousands.
KEPT = """
CREATE FUNCTION bball_reach(players bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM player WHERE id = ANY (players) AND xmin <> pg_current_xact_id()::xid
        ORDER BY id FOR NO KEY UPDATE;
    UPDATE player SET reach = found.reach
    FROM (
        SELECT p.id, CASE
            WHEN count(l.guardian_id) = 0 THEN 0
            WHEN bool_or(l.receives_email AND g.email IS NOT NULL) THEN 2
            ELSE 1
        END AS reach
        FROM player p
        LEFT JOIN player_guardian l ON l.player_id = p.id
        LEFT JOIN guardian g ON g.id = l.guardian_id
        WHERE p.id = ANY (players) GROUP BY p.id
    ) AS found
    WHERE player.id = found.id AND player.reach <> found.reach;
END $$;
CREATE FUNCTION bball_link_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM bball_reach(ARRAY(SELECT DISTINCT player_id FROM changed));
    RETURN NULL;
END $$;
CREATE FUNCTION bball_address_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM bball_reach(ARRAY(
        SELECT DISTINCT l.player_id FROM old_rows JOIN new_rows USING (id) JOIN player_guardian l ON l.guardian_id = id
        WHERE (old_rows.email IS NULL) <> (new_rows.email IS NULL)
    ));
    RETURN NULL;
END $$;
CREATE TRIGGER reach_added AFTER INSERT ON player_guardian
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION bball_link_changed();
CREATE TRIGGER reach_changed AFTER UPDATE ON player_guardian
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION bball_link_changed();
CREATE TRIGGER reach_removed AFTER DELETE ON player_guardian
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION bball_link_changed();
CREATE TRIGGER reach AFTER UPDATE ON guardian
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION bball_address_changed();
"""

FILL = """
ALTER TABLE player DISABLE TRIGGER USER;
SELECT bball_reach(ARRAY(SELECT id FROM player));
ALTER TABLE player ENABLE TRIGGER USER;
"""


def upgrade() -> None:
    op.add_column("player", sa.Column("reach", sa.SmallInteger(), server_default="0", nullable=False))
    op.create_check_constraint(op.f("ck_player_reach"), "player", "reach BETWEEN 0 AND 2")
    op.execute(KEPT)
    op.execute(FILL)
    op.create_index("ix_player_reach", "player", ["league_id", "reach", "name_key", "id"])


def downgrade() -> None:
    op.execute("DROP TRIGGER reach ON guardian")
    for name in ("reach_added", "reach_changed", "reach_removed"):
        op.execute(f"DROP TRIGGER {name} ON player_guardian")
    for function in ("bball_address_changed()", "bball_link_changed()", "bball_reach(bigint[])"):
        op.execute(f"DROP FUNCTION {function}")
    op.drop_index("ix_player_reach", table_name="player")
    op.drop_column("player", "reach")
