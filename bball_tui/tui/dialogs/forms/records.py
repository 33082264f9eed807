"""The forms of the league: which fields each has, and what they are for."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, ClassVar
from zoneinfo import available_timezones

from textual.binding import Binding

from bball_tui.database.states import DateOrder, TeamChange
from bball_tui.dates import example
from bball_tui.language import LABEL, _, in_context
from bball_tui.tui.dialogs.controls import DialogButton
from bball_tui.tui.dialogs.forms.fields import PickSpec, Spec, TextSpec, TickSpec, specs_of
from bball_tui.tui.dialogs.forms.form import Form, Save
from bball_tui.wording import short_date

if TYPE_CHECKING:
    from bball_tui.league.editing.contracts import ContractDraft, TeamChoice
    from bball_tui.league.editing.outcome import Loaded
    from bball_tui.league.profile import LeagueDraft
    from bball_tui.league.roster.guardian import GuardianDraft
    from bball_tui.league.roster.player import PlayerDraft
    from bball_tui.league.roster.team import TeamDraft
    from bball_tui.league.rules.form import RulesDraft
    from bball_tui.league.seasons.season import SeasonDraft

_SIGNED = {
    TeamChange.ASK: _("Already signed. With another team, choose whether the signature stays."),
    TeamChange.KEEP: _("Already signed. With another team the signature stays."),
    TeamChange.VOID: _("Already signed. Changing teams ends this contract and creates a new offer to sign."),
}


def team_form(draft: "TeamDraft", save: Save, base: "Loaded[TeamDraft] | None" = None) -> "Form[TeamDraft]":
    """Name and division."""
    from bball_tui.league.roster.team import FIELDS

    specs = specs_of(FIELDS, DateOrder.YMD)
    title = _("New team") if base is None else _("Edit {name}").format(name=base.draft.name)
    return Form(title, specs, draft, save, base=base)


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
    from bball_tui.league.seasons.season import FIELDS

    title = _("New season") if base is None else _("Edit {name}").format(name=base.draft.name)
    return Form(title, specs_of(FIELDS, order), draft, save, base=base)


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
                (_("any"), "any"),
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
        return (save, DialogButton(in_context(LABEL, "Set up e-mail"), key="ctrl+t", command="mail_setup"), *rest)

    def action_mail_setup(self) -> None:
        """Leave, after the usual question, for the mail account."""
        self.cancel(then=self._to_mail_setup)


def league_form(
    draft: "LeagueDraft", save: Save, base: "Loaded[LeagueDraft]", to_mail_setup: Callable[[], object]
) -> LeagueForm:
    """What the league says about itself in its mails, its clock and its habits."""
    return LeagueForm(draft, save, base, to_mail_setup)


def _league_specs(draft: "LeagueDraft") -> tuple[Spec, ...]:
    from bball_tui.league.profile import FIELDS

    zones = sorted(available_timezones() | {draft.timezone})
    return tuple(
        PickSpec(name=one.name, label=one.label, options=tuple((zone, zone) for zone in zones), help=one.help)
        if one.name == "timezone"
        else one
        for one in specs_of(FIELDS, DateOrder.YMD)
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
            name="offered_on",
            label=_("Offered on"),
            placeholder=_("today"),
            help=_("Empty: today, once it is offered."),
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
