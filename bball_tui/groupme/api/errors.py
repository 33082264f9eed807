"""What GroupMe may refuse, each with the sentence that says what is safe and what to do.

None of them holds a token, a link or contact data. GroupMe's own words travel in ``reasons``, on one line each.
"""

from datetime import datetime
from math import ceil

from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.wording import counted

MANUAL_WAY = _("Make the group in the GroupMe app, then link it here: choose it, or paste its share link.")


class GroupMeError(BballError):
    """Something about GroupMe did not work; ``reasons`` are the server's words, possibly none."""

    def __init__(self, message: str, *, reasons: tuple[str, ...] = ()) -> None:
        self.reasons = reasons
        said = _(" GroupMe said: {reasons}.").format(reasons="; ".join(reasons)) if reasons else ""
        super().__init__(message + said)


class BadToken(GroupMeError):
    """The token is wrong, has run out, or its account is closed. Nothing more can be done without a new one."""

    def __init__(self, *, reasons: tuple[str, ...] = ()) -> None:
        super().__init__(
            _(
                "GroupMe does not accept the access token: it is wrong, has run out (a new password does "
                "that), or its account is closed. Nothing was changed. Give a new one from "
                "dev.groupme.com."
            ),
            reasons=reasons,
        )


class VerificationRefused(GroupMeError):
    """GroupMe wants proof that its own app is asking (codes 40101 to 40103), so this call is closed to us."""

    def __init__(self, doing: str, *, reasons: tuple[str, ...] = ()) -> None:
        super().__init__(
            _("GroupMe lets only its own app {doing}. The token is fine and nothing was changed. {manual_way}").format(
                doing=doing, manual_way=MANUAL_WAY
            ),
            reasons=reasons,
        )


class NotAdmin(GroupMeError):
    """The account may not do this in this group, or GroupMe forbids it altogether."""

    def __init__(self, doing: str, *, reasons: tuple[str, ...] = ()) -> None:
        super().__init__(
            _("GroupMe does not let this account {doing}. Nothing was changed.").format(doing=doing), reasons=reasons
        )


class NotFound(GroupMeError):
    """GroupMe knows no such thing, or not for this account: gone, never there, or not a member."""

    def __init__(self, doing: str, *, reasons: tuple[str, ...] = ()) -> None:
        super().__init__(
            _(
                "GroupMe could not {doing}: it does not exist (anymore), or this account is not in the "
                "group. Nothing was changed."
            ).format(doing=doing),
            reasons=reasons,
        )


class Rejected(GroupMeError):
    """GroupMe found the request itself wrong, such as a name that is too long. Nothing was changed."""

    def __init__(self, doing: str, status: int, *, reasons: tuple[str, ...] = ()) -> None:
        super().__init__(
            _("GroupMe refused to {doing} (HTTP {status}). Nothing was changed.").format(doing=doing, status=status),
            reasons=reasons,
        )


class RateLimited(GroupMeError):
    """Too many requests. Nothing was changed by the refused one; ``until`` is when asking again makes sense."""

    def __init__(self, until: datetime, now: datetime) -> None:
        self.until = until
        minutes = max(1, ceil((until - now).total_seconds() / 60))
        super().__init__(
            _(
                "GroupMe asks for a pause of {minutes}, because of too many requests. What was done so far is "
                "kept; go on after that."
            ).format(minutes=counted(minutes, "minute"))
        )


class OutcomeUnknown(GroupMeError):
    """A change was sent and no trustworthy answer came: it may or may not have happened. Look before repeating."""

    def __init__(self, doing: str, why: str) -> None:
        super().__init__(
            _(
                "GroupMe was asked to {doing}, and no clear answer came ({why}). It may or may not have "
                "happened; it is looked up before anything is tried again."
            ).format(doing=doing, why=why)
        )


class Unavailable(GroupMeError):
    """GroupMe cannot be reached or gives no usable answer. Nothing was changed."""

    def __init__(self, why: str) -> None:
        super().__init__(
            _("GroupMe gave no usable answer ({why}). Nothing was changed; try again in a few minutes.").format(why=why)
        )
