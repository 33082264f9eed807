"""Keep the bytes of mails as they are: to compress them took longer than all else that a mail asks of the server."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE outbox_message ALTER COLUMN mime SET STORAGE EXTERNAL")


def downgrade() -> None:
    op.execute("ALTER TABLE outbox_message ALTER COLUMN mime SET STORAGE EXTENDED")
