"""What staff said of the columns of a roster file, for the next file with the same ones."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

GRANTS = """
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bball_staff') THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON import_mapping TO bball_staff;
    END IF;
END $$
"""


def upgrade() -> None:
    op.create_table(
        "import_mapping",
        sa.Column("league_id", sa.BigInteger(), nullable=False),
        sa.Column("signature", postgresql.BYTEA(), nullable=False),
        sa.Column("mapping", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_by", sa.Text(), server_default=sa.text("SESSION_USER"), nullable=False),
        sa.CheckConstraint("octet_length(signature) = 32", name=op.f("ck_import_mapping_signature")),
        sa.ForeignKeyConstraint(["league_id"], ["league.id"], name=op.f("fk_import_mapping_league_id")),
        sa.PrimaryKeyConstraint("league_id", "signature", name=op.f("pk_import_mapping")),
    )
    op.execute(GRANTS)


def downgrade() -> None:
    op.drop_table("import_mapping")
