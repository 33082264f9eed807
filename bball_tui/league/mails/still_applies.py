"""Whether what a mail says still applies to its contract, so that it may go out again or elsewhere."""

from sqlalchemy import ColumnElement, Text, case, cast, func, literal

from bball_tui.database.models import Contract, Outbox
from bball_tui.mail.kinds import KINDS


def still_applies() -> ColumnElement[bool]:
    """For a row of the outbox with its contract: the kind of mail says for which contracts it does."""
    current = func.split_part(Outbox.dedupe_key, ":", 3) == cast(Contract.revision, Text)
    return case(
        *(
            (Outbox.kind == kind, Contract.status.in_(sorted(mail.still_applies)) & current)
            for kind, mail in KINDS.items()
            if mail.still_applies is not None
        ),
        else_=literal(True),
    )
