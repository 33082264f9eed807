"""The layouts that rosters come in, as data.

Headings are compared as :func:`fold_heading` leaves them. The layouts are those of the vendors' own templates: the
TeamSnap organization import (P1, P2, Non-Player), the SportsEngine team import (Team Role, the parent's address
without a name) and the GotSport player upload (Competitive Level, Team Age, Team Gender).
"""

import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache

from msgspec import Struct

from bball_tui.language import _
from bball_tui.league.roster import guardian, player


class Field(StrEnum):
    """What a column can hold, apart from player and guardians; the value is the name of choice for it."""

    TEAM = "Team"
    DIVISION = "Division"
    SEASON = "Season"
    NON_PLAYER = "Non-Player"
    ROLE = "Team Role"
    STATUS = "Contract Status"
    PLAYER_ID = "Player ID"


TITLES: tuple[str, ...] = (
    *(Field.TEAM, Field.DIVISION, Field.SEASON),
    *(one.title for one in player.FIELDS),
    *(Field.NON_PLAYER, Field.ROLE, Field.STATUS, Field.PLAYER_ID),
)
"""Everything that a column can hold apart from guardians, by the name of choice: a :class:`Field` or the title of a
player's field."""
REQUIRED: tuple[str, ...] = (Field.TEAM, *(one.title for one in player.FIELDS if one.needed))


class Preset(Struct, frozen=True):
    """How one kind of file names its columns.

    ``fields`` and ``ignored`` hold headings as :func:`fold_heading` leaves them; a heading that begins with one of
    ``ignored_blocks`` is ignored, too. ``guardian_words`` are the words that begin a guardian's block ("Guardian 1
    Email"), each with the relation that the word implies, if any. ``marks`` are headings that only this layout has:
    they decide between layouts that know as many columns.
    """

    name: str
    title: str
    fields: Mapping[str, str]
    ignored: frozenset[str]
    guardian_words: Mapping[str, str | None]
    marks: frozenset[str] = frozenset()
    ignored_blocks: tuple[str, ...] = ()
    nameless_email: frozenset[str] = frozenset()
    """Columns with a parent's address but no parent's name. Nobody can be greeted, or sign, by an address alone."""
    own_export: bool = False
    """Players may have no team, several rows may be one player (one for each guardian), and closed contracts are
    history."""


_COMMON: dict[str, str] = {
    **dict.fromkeys(("team", "teamname", "playerteam", "assignedteam"), Field.TEAM),
    **dict.fromkeys(("division", "divisionname", "agegroup"), Field.DIVISION),
    **dict.fromkeys(("season", "seasonname"), Field.SEASON),
    **{alias: one.title for one in player.FIELDS for alias in one.aliases},
}
_NOT_USED = (
    frozenset((
        "gender", "sex", "position", "email", "playeremail", "phone", "playerphone", "mobile", "grade", "school",
        "address", "address1", "address2", "street", "city", "state", "province", "zip", "zipcode", "postalcode",
        "country", "citizenship", "nationality", "middle", "middlename", "suffix", "nickname", "height", "weight",
        "shirtsize", "jerseysize", "notes", "comments", "id", "playerid", "memberid", "membernumber", "externalid",
    ))
    - _COMMON.keys()
)  # fmt: skip
"""Known, and left out; a field that a player gets one day is no longer among them."""
_GUARDIANS: dict[str, str | None] = {
    "guardian": None, "parentguardian": None, "parent": None, "contact": None,
    "mother": "mother", "mom": "mother", "mum": "mother", "father": "father", "dad": "father",
}  # fmt: skip
GUARDIAN_TITLES: Mapping[str, str] = {alias: one.title for one in guardian.FILED for alias in one.aliases}
"""The title of the guardian's field that a heading's last word means, as :func:`fold_heading` leaves it."""
_EMERGENCY = ("emergencycontact", "emergency")
_OWN_FACTS = frozenset(
    (
        "contractid",
        "guardianid",
        "offeredon",
        "dueon",
        "signedon",
        "signer",
        "capacity",
        "method",
        "welcomemail",
        "version",
    )
)

OUTBOX_MARKS = frozenset(("outboxid", "messageid"))
OUTBOX = _(
    "This is an export of the outbox. E-mails are never imported: that would send them a "
    "second time. Import an export of the players or the contracts."
)

PLAIN = Preset("plain", _("the plain layout"), _COMMON, _NOT_USED, _GUARDIANS)
TEAMSNAP = Preset(
    "teamsnap",
    _("a TeamSnap export"),
    _COMMON | {"nonplayer": Field.NON_PLAYER},
    _NOT_USED,
    _GUARDIANS | {"p": None},
    marks=frozenset(("nonplayer", "p1first", "p1firstname", "p1last", "p1email")),
)
SPORTSENGINE = Preset(
    "sportsengine",
    _("a SportsEngine roster"),
    _COMMON
    | dict.fromkeys(("teamrole", "role", "rostertype"), Field.ROLE)
    | dict.fromkeys(("athletefirstname", "athletefirst"), player.FIRST_NAME.title)
    | dict.fromkeys(("athletelastname", "athletelast"), player.LAST_NAME.title)
    | dict.fromkeys(("athletedateofbirth", "athletebirthdate", "athletedob"), player.BIRTHDATE.title),
    _NOT_USED | {"militarystatus", "gradyear", "joindate", "joined", "athletegender", "membershipnumber"},
    _GUARDIANS | {"primaryparent": None, "secondaryparent": None},
    marks=frozenset(("teamrole", "militarystatus", "joindate", "athletefirstname")),
    ignored_blocks=(*_EMERGENCY, "familyaddress", "family"),
    nameless_email=frozenset(("email",)),
)
GOTSPORT = Preset(
    "gotsport",
    _("a GotSport player file"),
    _COMMON | dict.fromkeys(("teamage", "teamagegroup"), Field.DIVISION),
    _NOT_USED
    | {"competitivelevel", "teamgender", "affiliation", "usclubid", "usyouthid", "playergender", "registeredon"},
    _GUARDIANS | {"parentguardian": None},
    marks=frozenset(("competitivelevel", "teamage", "teamgender", "affiliation")),
    ignored_blocks=_EMERGENCY,
)
OWN = Preset(
    "bball-tui",
    _("an export of bball-tui"),
    _COMMON | {"contractstatus": Field.STATUS, "playerid": Field.PLAYER_ID},
    _NOT_USED | _OWN_FACTS,
    _GUARDIANS,
    marks=frozenset(("contractstatus", "guardian1getsemail", "guardiangetsemail")),
    own_export=True,
)
PRESETS: Mapping[str, Preset] = {preset.name: preset for preset in (PLAIN, TEAMSNAP, SPORTSENGINE, GOTSPORT, OWN)}


@lru_cache(maxsize=1024)
def fold_heading(heading: str) -> str:
    """The letters and digits of ``heading``, without case and accents."""
    return "".join(character for character in unicodedata.normalize("NFKD", heading).casefold() if character.isalnum())
