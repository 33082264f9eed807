"""The forms of the league: which fields each has, and what they are for."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, ClassVar
from zoneinfo import available_timezones

from textual.binding import Binding

from bball_tui.database.states import DateOrder, TeamChange
from bball_tui.dates import EXAMPLES, example
from bball_tui.language import _
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
    (_("ask each time whether it stays"), str(TeamChange.ASK)),
    (_("the signature stays"), str(TeamChange.KEEP)),
    (_("a new signature is needed"), str(TeamChange.VOID)),
)
_SIGNED = {
    TeamChange.ASK: _("Already signed. With another team, choose whether the signature stays."),
    TeamChange.KEEP: _("Already signed. With another team the signature stays."),
    TeamChange.VOID: _("Already signed. Changing teams ends this contract and creates a new offer to sign."),
}
ORDERS = (
    ("year-month-day", DateOrder.YMD.value),
    (_("day/month/year"), DateOrder.DMY.value),
    (_("month/day/year"), DateOrder.MDY.value),
)


def team_form(draft: "TeamDraft", save: Save, base: "Loaded[TeamDraft] | None" = None) -> "Form[TeamDraft]":
    """Name and division."""
    specs = (
        TextSpec(name="name", label=_("Name"), help=_("As families know the team."), placeholder="Hawks U12"),
        TextSpec(name="division", label=_("Division"), help=_("Tells apart teams of one name. Optional.")),
    )
    return Form(
        _("New team") if base is None else _("Edit {name}").format(name=base.draft.name), specs, draft, save, base=base
    )


def player_form(
    draft: "PlayerDraft", save: Save, order: DateOrder, base: "Loaded[PlayerDraft] | None" = None
) -> "Form[PlayerDraft]":
    """All fields of a player."""
    from bball_tui.league.roster.player import FIELDS

    title = (
        _("New player")
        if base is None
        else _("Edit {first_name} {last_name}").format(first_name=base.draft.first_name, last_name=base.draft.last_name)
    )
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
    lines = [_("For {player}.").format(player=player)]
    if others:
        lines = [
            _("For {player}. Name and address count for {others} too.").format(player=player, others=", ".join(others))
        ]
    title = (
        _("New guardian")
        if base is None
        else _("Edit {first_name} {last_name}").format(first_name=base.draft.first_name, last_name=base.draft.last_name)
    )
    return Form(title, specs, draft, save, base=base, lines=lines, first=first)


def season_form(
    draft: "SeasonDraft", save: Save, order: DateOrder, base: "Loaded[SeasonDraft] | None" = None
) -> "Form[SeasonDraft]":
    """Name, days, and whether the desk shows it."""
    such = _("such as {example}").format(example=EXAMPLES[order])
    specs = (
        TextSpec(name="name", label=_("Name"), placeholder=_("Spring 2027")),
        TextSpec(name="starts_on", label=_("Begins"), placeholder=such, help="Optional."),
        TextSpec(name="ends_on", label=_("Ends"), placeholder=such, help="Optional."),
        TickSpec(
            name="current",
            label=_("Desk"),
            question=_("show this season for everyone"),
            help=_("Teams and contracts of the shown season are what the tabs list."),
        ),
    )
    return Form(
        _("New season") if base is None else _("Edit {name}").format(name=base.draft.name),
        specs,
        draft,
        save,
        base=base,
    )


def rules_form(
    draft: "RulesDraft", save: Save, order: DateOrder, today: date, base: "Loaded[RulesDraft] | None" = None
) -> "Form[RulesDraft]":
    """Ages, size and numbers of teams, their freeze date, and which of these refuse."""
    refuses = _("refuse; otherwise warn")
    specs = (
        TextSpec(
            name="cutoff",
            label=_("Cut-off"),
            placeholder=_("month and day, such as Aug 31; optional"),
            help=_("U12: not yet 12 on this day. Empty: no ages."),
        ),
        TickSpec(name="refuse_age", label=_("Ages"), question=refuses),
        TextSpec(name="roster_limit", label=_("Team size"), placeholder=_("the most players of a team; optional")),
        TickSpec(name="refuse_roster", label=_("Size"), question=refuses),
        PickSpec(
            name="jerseys",
            label=_("Numbers"),
            options=(
                ("any", "any"),
                (_("0, 00 and 1 to 99"), "two-digits"),
                (_("school: 0, 00 and digits 0 to 5"), "school"),
            ),
            help=_("A number worn twice in a team is always told."),
        ),
        TickSpec(name="refuse_jersey", label=_("Jerseys"), question=refuses),
        TextSpec(
            name="freeze",
            label=_("Freeze date"),
            placeholder=_("such as {example}; optional").format(example=example(order, today)),
            help=_("After this day another team needs a reason."),
        ),
        TickSpec(name="refuse_freeze", label=_("No reason"), question=refuses),
    )
    return Form(_("Rules of the league"), specs, draft, save, base=base)


class LeagueForm(Form["LeagueDraft"]):
    """The league's form; ``to_mail_setup`` is called when somebody leaves it to set up e-mail."""

    BINDINGS: ClassVar = [Binding("ctrl+t", "mail_setup", "set up e-mail", show=False)]

    def __init__(
        self, draft: "LeagueDraft", save: Save, base: "Loaded[LeagueDraft]", to_mail_setup: Callable[[], object]
    ) -> None:
        super().__init__(
            _("The league {name}").format(name=base.draft.name), _league_specs(draft), draft, save, base=base
        )
        self._to_mail_setup = to_mail_setup

    def choices(self) -> Iterable[DialogButton]:
        """Save, go on to the mail account, or leave."""
        save, *rest = super().choices()
        return (save, DialogButton(_("Set up e-mail"), key="ctrl+t", command="mail_setup"), *rest)

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
        TextSpec(name="name", label=_("Name"), help=_("As families know the league.")),
        TextSpec(
            name="brand_color",
            label=_("Color"),
            help="#rrggbb, of the e-mails and of this screen.",
            placeholder="#c2410c",
        ),
        TextSpec(
            name="logo_url", label=_("Logo"), help=_("A picture above the e-mails. Optional."), placeholder="https://…"
        ),
        TextSpec(name="from_name", label="From, name", help=_("Beside the From address. Optional.")),
        TextSpec(
            name="from_email",
            label="From, address",
            help=_("Where e-mails come from."),
            placeholder="office@league.org",
        ),
        TextSpec(name="reply_to", label=_("Reply-to"), help=_("If elsewhere. Optional.")),
        TextSpec(name="language", label=_("Language"), help=_("Of the e-mails, such as en or es.")),
        PickSpec(
            name="timezone",
            label=_("Time zone"),
            options=tuple((zone, zone) for zone in zones),
            help=_("Space opens the list; type in it to search."),
        ),
        PickSpec(name="date_order", label=_("Dates"), options=ORDERS, help=_("How to read 03/04/2015.")),
        TextSpec(
            name="hold_seconds",
            label=_("Undo time"),
            help=_("Seconds that e-mails wait, so that {key} takes a signing back.").format(key=key_of("desk.undo")),
        ),
        TickSpec(
            name="mail_offers",
            label=_("Offers"),
            question=_("tell families of offers by e-mail"),
            help=_("When off, staff tell them."),
        ),
        TextSpec(
            name="reminder_days",
            label=_("Reminders"),
            help=_("Days before an offer is due. Empty: no one is reminded."),
            placeholder=_("never; such as 7, 2"),
        ),
        TextSpec(name="reminder_cap", label=_("At most"), help=_("Maximum reminders per offer and address, 1 to 5.")),
        TickSpec(
            name="bounce_blocks",
            label=_("Returned e-mail"),
            question=_("block an address without a mailbox"),
            help=_("When off, staff block addresses manually."),
        ),
        TickSpec(
            name="wait_for_chat",
            label=_("Team chat"),
            question=_("welcome e-mails wait for its link"),
            help=_("E-mails that wait already go on waiting."),
        ),
        TickSpec(
            name="unsubscribe",
            label=_("Messages"),
            question=_("say how to get no more of them"),
            help=_("By an e-mail to the reply address; the office then blocks the address."),
        ),
        PickSpec(
            name="team_change",
            label=_("Team change"),
            options=TEAM_CHANGES,
            help=_("What becomes of a signature when its player changes teams."),
        ),
        TextSpec(
            name="alert_emails",
            label=_("Alerts to"),
            help=_("Staff who get an e-mail when e-mails fail, come back or are held. Empty: no one."),
            placeholder="you@league.org, coach@league.org",
        ),
        TextSpec(
            name="alert_minutes",
            label=_("Alert after"),
            help=_("Minutes that e-mails may be held before staff are told, 1 to 1440."),
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
    such = _("such as {example}").format(example=example(order, today))
    team = PickSpec(
        name="team_id",
        label=_("Team"),
        options=tuple((one.label, str(one.id)) for one in teams),
        help=_("Space opens the list; type in it to search."),
    )
    if frozen is not None:
        why = _("Why another team, after the freeze on {day}.").format(day=short_date(frozen, today))
        teams_asked: tuple[Spec, ...] = (team, TextSpec(name="reason", label=_("Reason"), help=why))
    else:
        teams_asked = (team,)
    days = (
        TickSpec(name="offered", label=_("Offer"), question=_("is offered to the family"), help=_("Off: a draft.")),
        TextSpec(
            name="offered_on", label=_("Offered on"), placeholder="today", help=_("Empty: today, once it is offered.")
        ),
        TextSpec(name="due_on", label=_("Due on"), placeholder=such, help=_("Until when the family should sign.")),
    )
    lines = [_("For {player}.").format(player=player)]
    if signed:
        lines.append(_SIGNED[rule])
        signature = PickSpec(
            name="signature",
            label=_("Signature"),
            options=((_("a new one is needed"), str(TeamChange.VOID)), (_("stays as it is"), str(TeamChange.KEEP))),
            help=_("A new one: this contract ends, and the new team offers one to sign."),
        )
        correct = TickSpec(
            name="correct",
            label=_("Notify"),
            question=_("e-mail families who got the welcome"),
            help=_("That the old team's signature no longer counts; or, if it stays, the new team's welcome."),
        )
        specs = (*teams_asked, signature, correct) if rule is TeamChange.ASK else (*teams_asked, correct)
        return Form(_("Contract of {player}").format(player=player), specs, draft, save, base=base, lines=lines)
    title = (
        _("New contract of {player}").format(player=player)
        if base is None
        else _("Contract of {player}").format(player=player)
    )
    return Form(title, (*teams_asked, *days), draft, save, base=base, lines=lines)
