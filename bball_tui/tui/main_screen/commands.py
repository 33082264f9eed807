"""The commands that work everywhere on the desk."""

from dataclasses import dataclass

from bball_tui.tui.actions import Action, ActionSet
from bball_tui.tui.widgets.tab_bar import TabSpec

TABS = (
    TabSpec("today", "1", "Today"),
    TabSpec("teams", "2", "Teams"),
    TabSpec("players", "3", "Players"),
    TabSpec("contracts", "4", "Contracts"),
    TabSpec("outbox", "5", "Outbox"),
    TabSpec("emails", "6", "E-mails"),
    TabSpec("groupme", "7", "GroupMe"),
)


@dataclass(frozen=True, slots=True)
class DeskState:
    """What decides which of them are allowed now."""

    ready: bool
    """Whether a league is open."""
    undo: str | None
    """Why nothing can be undone, or None if something can."""
    undo_left: int = 0
    """Seconds until it is too late to undo."""
    demo: bool = False
    """Whether it is the demo, whose mails stay on this computer."""


def _ready(state: DeskState) -> str | None:
    return None if state.ready else "The league is not open yet."


def _can_set_up_mail(state: DeskState) -> str | None:
    return "This is the demo: its e-mails stay on this computer." if state.demo else _ready(state)


def _can_undo(state: DeskState) -> str | None:
    return state.undo


def _undo_caption(state: DeskState) -> str:
    return f"undo ({state.undo_left} s)" if state.undo_left else "undo"


DESK_ACTIONS: ActionSet = ActionSet(
    "Everywhere",
    (
        *(
            Action(
                id=f"tab.{tab.id}",
                keys=tab.key,
                label=tab.title[:1].lower() + tab.title[1:],
                help=f"Show the tab {tab.title}.",
            )
            for tab in TABS
        ),
        Action(
            id="desk.undo",
            writes=True,
            keys="u",
            label="undo",
            help="Take the last signing back, with its mails, as long as they wait.",
            when=_can_undo,
            footer=True,
            caption=_undo_caption,
        ),
        Action(
            id="desk.search",
            keys="slash",
            label="search",
            help="Find by name, team, parent or address.",
            when=_ready,
            footer=True,
        ),
        Action(
            id="desk.import",
            writes=True,
            keys="i",
            label="import a roster",
            help="Bring a CSV file or an Excel workbook in. You see what it would change before anything is written.",
            when=_ready,
        ),
        Action(
            id="desk.export",
            keys="ctrl+e",
            label="export",
            help="Write contracts, players, guardians or mails to a file that a spreadsheet, or this program, reads.",
            when=_ready,
        ),
        Action(
            id="desk.league",
            keys="comma",
            label="the league",
            help="Name, colour, addresses of the mails, clock, dates, undo time.",
            when=_ready,
            writes=True,
        ),
        Action(
            id="mail.setup",
            keys="semicolon",
            label="set up e-mail",
            help="Provider, login, password and From address of the league's e-mails, tried before they are saved.",
            when=_can_set_up_mail,
            writes=True,
        ),
        Action(
            id="desk.seasons",
            keys="full_stop",
            label="seasons",
            help="Add a season, change one, or choose the one that the desk shows.",
            when=_ready,
            writes=True,
        ),
        Action(
            id="desk.here",
            keys="at",
            label="who is here",
            help="Say who else has this league open now.",
            when=_ready,
        ),
        Action(
            id="desk.back",
            keys="escape",
            label="back",
            help="Close the panel, clear the search, the filter or the selection: one layer at a time.",
            palette=False,
        ),
        Action(id="desk.help", keys="question_mark,f1", label="help", help="What the keys do here.", footer=True),
        Action(
            id="desk.redraw",
            keys="ctrl+l",
            label="draw anew",
            help="Draw the whole screen anew, when something else has written over it.",
        ),
        Action(id="desk.quit", keys="q", label="quit", help="Leave. Mails on the wire are finished first."),
    ),
    everywhere=True,
    place=1,
)
