"""The forms of the league: which fields each has, and what they are for."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, ClassVar
from zoneinfo import available_timezones

from textual.binding import Binding

from bball_tui.database.states import DateOrder, TeamChange
from bball_tui.dates import EXAMPLES, example
from bball_tui.tui.dialogs.controls import DialogButton
from bball_tui.tui.dialogs.forms.fields import PickSpec, Spec, TextSpec, TickSpec, specs_of
from bball_tui.tui.dialogs.forms.form import Form, Save
from bball_tui.tui.key_hints import key_of
from bball_tui.wording import short_date

if TYPE_CHECKING:
    from bball_tui.league.editing.contracts import ContractDraft, TeamChoice
    from bball_tui.league.editing.outcome import Loaded
    from bball_tui.league.editing.profile import LeagueDraft
    from bball_tui.league.editing.seasons import SeasonDraft
    from bball_tui.league.editing.teams import TeamDraft
    from bball_tui.league.roster.guardian import GuardianDraft
    from bball_tui.league.roster.player import PlayerDraft
    from bball_tui.league.rules.form import RulesDraft

TEAM_CHANGES = (
    ("ask each time whether it stays", str(TeamChange.ASK)),
    ("the signature stays", str(TeamChange.KEEP)),
    ("a new signature is needed", str(TeamChange.VOID)),
)
_SIGNED = {
    TeamChange.ASK: "Already signed. With another team, choose whether the signature stays.",
    TeamChange.KEEP: "Already signed. With another team the signature stays.",
    TeamChange.VOID: "Already signed. Changing teams ends this contract and creates a new offer to sign.",
}
ORDERS = (
    ("year-month-day", DateOrder.YMD.value),
    ("day/month/year", DateOrder.DMY.value),
    ("month/day/year", DateOrder.MDY.value),
)


def team_form(draft: "TeamDraft", save: Save, base: "Loaded[TeamDraft] | None" = None) -> "Form[TeamDraft]":
    """Name and division."""
    specs = (
        TextSpec(name="name", label="Name", help="As families know the team.", placeholder="Hawks U12"),
        TextSpec(name="division", label="Division", help="Tells apart teams of one name. Optional."),
    )
    return Form("New team" if base is None else f"Edit {base.draft.name}", specs, draft, save, base=base)


def player_form(
    draft: "PlayerDraft", save: Save, order: DateOrder, base: "Loaded[PlayerDraft] | None" = None
) -> "Form[PlayerDraft]":
    """All fields of a player."""
    from bball_tui.league.roster.player import FIELDS

    title = "New player" if base is None else f"Edit {base.draft.first_name} {base.draft.last_name}"
    return Form(title, specs_of(FIELDS, order), draft, save, base=base)


def guardian_form(
    draft: "GuardianDraft",
    save: Save,
    player: str,
    *,
    base: "Loaded[GuardianDraft] | None" = None,
    others: Sequence[str] = (),
    first: str | None = None,
) -> "Form[GuardianDraft]":
    """A guardian, and what they are to ``player``; ``others`` are further children who have this guardian."""
    from bball_tui.league.roster.guardian import FIELDS

    specs = specs_of(FIELDS, DateOrder.YMD, player)
    lines = [f"For {player}."]
    if others:
        lines = [f"For {player}. Name and address count for {', '.join(others)} too."]
    title = "New guardian" if base is None else f"Edit {base.draft.first_name} {base.draft.last_name}"
    return Form(title, specs, draft, save, base=base, lines=lines, first=first)


def season_form(
    draft: "SeasonDraft", save: Save, order: DateOrder, base: "Loaded[SeasonDraft] | None" = None
) -> "Form[SeasonDraft]":
    """Name, days, and whether the desk shows it."""
    such = f"such as {EXAMPLES[order]}"
    specs = (
        TextSpec(name="name", label="Name", placeholder="Spring 2027"),
        TextSpec(name="starts_on", label="Begins", placeholder=such, help="Optional."),
        TextSpec(name="ends_on", label="Ends", placeholder=such, help="Optional."),
        TickSpec(
            name="current",
            label="Desk",
            question="show this season for everyone",
            help="Teams and contracts of the shown season are what the tabs list.",
        ),
    )
    return Form("New season" if base is None else f"Edit {base.draft.name}", specs, draft, save, base=base)


def rules_form(
    draft: "RulesDraft", save: Save, order: DateOrder, today: date, base: "Loaded[RulesDraft] | None" = None
) -> "Form[RulesDraft]":
    """Ages, size and numbers of teams, their freeze date, and which of these refuse."""
    refuses = "refuse; otherwise warn"
    specs = (
        TextSpec(
            name="cutoff",
            label="Cut-off",
            placeholder="month and day, such as Aug 31; optional",
            help="U12: not yet 12 on this day. Empty: no ages.",
        ),
        TickSpec(name="refuse_age", label="Ages", question=refuses),
        TextSpec(name="roster_limit", label="Team size", placeholder="the most players of a team; optional"),
        TickSpec(name="refuse_roster", label="Size", question=refuses),
        PickSpec(
            name="jerseys",
            label="Numbers",
            options=(
                ("any", "any"),
                ("0, 00 and 1 to 99", "two-digits"),
                ("school: 0, 00 and digits 0 to 5", "school"),
            ),
            help="A number worn twice in a team is always told.",
        ),
        TickSpec(name="refuse_jersey", label="Jerseys", question=refuses),
        TextSpec(
            name="freeze",
            label="Freeze date",
            placeholder=f"such as {example(order, today)}; optional",
            help="After this day another team needs a reason.",
        ),
        TickSpec(name="refuse_freeze", label="No reason", question=refuses),
    )
    return Form("Rules of the league", specs, draft, save, base=base)


class LeagueForm(Form["LeagueDraft"]):
    """The league's form; ``to_mail_setup`` is called when somebody leaves it to set up e-mail."""

    BINDINGS: ClassVar = [Binding("ctrl+t", "mail_setup", "set up e-mail", show=False)]

    def __init__(
        self, draft: "LeagueDraft", save: Save, base: "Loaded[LeagueDraft]", to_mail_setup: Callable[[], object]
    ) -> None:
        super().__init__(f"The league {base.draft.name}", _league_specs(draft), draft, save, base=base)
        self._to_mail_setup = to_mail_setup

    def choices(self) -> Iterable[DialogButton]:
        """Save, go on to the mail account, or leave."""
        save, *rest = super().choices()
        return (save, DialogButton("Set up e-mail", key="ctrl+t", command="mail_setup"), *rest)

    def action_mail_setup(self) -> None:
        """Leave, after the usual question, for the mail account."""
        self.cancel(then=self._to_mail_setup)


def league_form(
    draft: "LeagueDraft", save: Save, base: "Loaded[LeagueDraft]", to_mail_setup: Callable[[], object]
) -> LeagueForm:
    """What the league says about itself in its mails, its clock and its habits."""
    return LeagueForm(draft, save, base, to_mail_setup)


def _league_specs(draft: "LeagueDraft") -> tuple[Spec, ...]:
    zones = sorted(available_timezones() | {draft.timezone})
    return (
        TextSpec(name="name", label="Name", help="As families know the league."),
        TextSpec(
            name="brand_color", label="Color", help="#rrggbb, of the e-mails and of this screen.", placeholder="#c2410c"
        ),
        TextSpec(name="logo_url", label="Logo", help="A picture above the e-mails. Optional.", placeholder="https://…"),
        TextSpec(name="from_name", label="From, name", help="Beside the From address. Optional."),
        TextSpec(
            name="from_email", label="From, address", help="Where e-mails come from.", placeholder="office@league.org"
        ),
        TextSpec(name="reply_to", label="Reply-to", help="If elsewhere. Optional."),
        TextSpec(name="language", label="Language", help="Of the e-mails, such as en or es."),
        PickSpec(
            name="timezone",
            label="Time zone",
            options=tuple((zone, zone) for zone in zones),
            help="Space opens the list; type in it to search.",
        ),
        PickSpec(name="date_order", label="Dates", options=ORDERS, help="How to read 03/04/2015."),
        TextSpec(
            name="hold_seconds",
            label="Undo time",
            help=f"Seconds that e-mails wait, so that {key_of('desk.undo')} takes a signing back.",
        ),
        TickSpec(
            name="mail_offers",
            label="Offers",
            question="tell families of offers by e-mail",
            help="When off, staff tell them.",
        ),
        TextSpec(
            name="reminder_days",
            label="Reminders",
            help="Days before an offer is due. Empty: no one is reminded.",
            placeholder="never; such as 7, 2",
        ),
        TextSpec(name="reminder_cap", label="At most", help="Maximum reminders per offer and address, 1 to 5."),
        TickSpec(
            name="bounce_blocks",
            label="Returned e-mail",
            question="block an address without a mailbox",
            help="When off, staff block addresses manually.",
        ),
        TickSpec(
            name="wait_for_chat",
            label="Team chat",
            question="welcome e-mails wait for its link",
            help="E-mails that wait already go on waiting.",
        ),
        TickSpec(
            name="unsubscribe",
            label="Messages",
            question="say how to get no more of them",
            help="By an e-mail to the reply address; the office then blocks the address.",
        ),
        PickSpec(
            name="team_change",
            label="Team change",
            options=TEAM_CHANGES,
            help="What becomes of a signature when its player changes teams.",
        ),
        TextSpec(
            name="alert_emails",
            label="Alerts to",
            help="Staff who get an e-mail when e-mails fail, come back or are held. Empty: no one.",
            placeholder="you@league.org, coach@league.org",
        ),
        TextSpec(
            name="alert_minutes",
            label="Alert after",
            help="Minutes that e-mails may be held before staff are told, 1 to 1440.",
        ),
    )


def contract_form(
    draft: "ContractDraft",
    save: Save,
    teams: "Sequence[TeamChoice]",
    order: DateOrder,
    player: str,
    today: date,
    *,
    base: "Loaded[ContractDraft] | None" = None,
    signed: bool = False,
    rule: TeamChange = TeamChange.ASK,
    frozen: date | None = None,
) -> "Form[ContractDraft]":
    """Team and days of a contract. ``rule`` is what the league says of another team for a signature, ``frozen`` since
    when another team needs a reason."""
    such = f"such as {example(order, today)}"
    team = PickSpec(
        name="team_id",
        label="Team",
        options=tuple((one.label, str(one.id)) for one in teams),
        help="Space opens the list; type in it to search.",
    )
    if frozen is not None:
        why = f"Why another team, after the freeze on {short_date(frozen, today)}."
        teams_asked: tuple[Spec, ...] = (team, TextSpec(name="reason", label="Reason", help=why))
    else:
        teams_asked = (team,)
    days = (
        TickSpec(name="offered", label="Offer", question="is offered to the family", help="Off: a draft."),
        TextSpec(name="offered_on", label="Offered on", placeholder="today", help="Empty: today, once it is offered."),
        TextSpec(name="due_on", label="Due on", placeholder=such, help="Until when the family should sign."),
    )
    lines = [f"For {player}."]
    if signed:
        lines.append(_SIGNED[rule])
        signature = PickSpec(
            name="signature",
            label="Signature",
            options=(("a new one is needed", str(TeamChange.VOID)), ("stays as it is", str(TeamChange.KEEP))),
            help="A new one: this contract ends, and the new team offers one to sign.",
        )
        correct = TickSpec(
            name="correct",
            label="Notify",
            question="e-mail families who got the welcome",
            help="That the old team's signature no longer counts; or, if it stays, the new team's welcome.",
        )
        specs = (*teams_asked, signature, correct) if rule is TeamChange.ASK else (*teams_asked, correct)
        return Form(f"Contract of {player}", specs, draft, save, base=base, lines=lines)
    title = f"New contract of {player}" if base is None else f"Contract of {player}"
    return Form(title, (*teams_asked, *days), draft, save, base=base, lines=lines)
