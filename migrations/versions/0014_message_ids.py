"""Message-IDs are salted by the league's row: two databases with the same families never give out the same one.

What is frozen keeps its id, as do mails that a worker has in hand; the others get new ones.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

SALT = """
UPDATE outbox SET message_id =
    '<' || CAST(left(encode(sha256(convert_to(CAST(league.mail_salt AS text) || outbox.dedupe_key, 'UTF8')), 'hex'), 32)
                AS uuid)
    || '@' || split_part(outbox.message_id, '@', 2)
FROM league
WHERE league.id = outbox.league_id AND outbox.state NOT IN ('sending', 'sent', 'in_doubt')
    AND NOT EXISTS (SELECT FROM outbox_message WHERE outbox_message.outbox_id = outbox.id)
"""


def upgrade() -> None:
    op.add_column(
        "league",
        sa.Column(
            "mail_salt", postgresql.UUID(as_uuid=True), server_default=sa.text("gen_random_uuid()"), nullable=False
        ),
    )
    op.execute(SALT)


def downgrade() -> None:
    # An id that was given once stays: it names the mail in reports that may still come.
    op.drop_column("league", "mail_salt")
