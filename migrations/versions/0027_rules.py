"""The league's rules about teams: ages, size, numbers. None is set until the league asks for it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

# That only an admin changes it is said by the guard of the league's settings (0023).
GRANT = """
DO $$ BEGIN
    IF bball_group() IS NOT NULL THEN
        EXECUTE format('GRANT INSERT (rules), UPDATE (rules) ON league TO %I', bball_group());
    END IF;
END $$
"""


def upgrade() -> None:
    op.add_column(
        "league",
        sa.Column(
            "rules", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
    )
    op.create_check_constraint(op.f("ck_league_rules"), "league", "jsonb_typeof(rules) = 'object'")
    op.execute(GRANT)


def downgrade() -> None:
    op.drop_constraint(op.f("ck_league_rules"), "league", type_="check")
    op.drop_column("league", "rules")
