"""A mark of an e-mail that leaves tells nobody of itself: what became of the e-mail is told a moment later.

Whoever tells of a change holds one lock of the whole database until its commit is on the disk, and every other commit
with news waits for that. Of the statements about an e-mail the mark alone waits for the disk.
"""

from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None

TELLING = """
CREATE OR REPLACE FUNCTION bball_notify_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_TABLE_NAME = 'league' THEN
        PERFORM pg_notify('bball_changed_' || token, TG_TABLE_NAME) FROM public.league_channel
        WHERE league_id IN (SELECT id FROM changed);{}
    ELSE
        PERFORM pg_notify('bball_changed_' || token, TG_TABLE_NAME) FROM public.league_channel
        WHERE league_id IN (SELECT league_id FROM changed);
    END IF;
    RETURN NULL;
END $$
"""
# One that hangs on the wire is told of when its lease is renewed.
BUT_FOR_MARKS = """
    ELSIF TG_TABLE_NAME = 'outbox' AND TG_OP = 'UPDATE' THEN
        PERFORM pg_notify('bball_changed_' || token, TG_TABLE_NAME) FROM public.league_channel
        WHERE league_id IN (
            SELECT league_id FROM changed
            WHERE state <> 'sending' OR wire_started_at IS NULL
                OR wire_started_at < clock_timestamp() - interval '1 s');
"""


def upgrade() -> None:
    op.execute(TELLING.format(BUT_FOR_MARKS.rstrip()))


def downgrade() -> None:
    op.execute(TELLING.format(""))
