"""Every dialog there is, about anyone and anything of the name that is given. A new dialog must be added here."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from textual.screen import Screen

from bball_tui.database.states import Capacity, ContractStatus, DateOrder, NoteKind, SigningMethod, TeamState
from bball_tui.errors import BballError
from bball_tui.groupme.api.models import NewGroup
from bball_tui.groupme.notify.unaware_families import FamiliesToTell, FamilyToTell
from bball_tui.groupme.plan.plan_model import Action as GroupAction
from bball_tui.groupme.plan.plan_model import ActionKind, Plan, TeamPlan
from bball_tui.groupme.renew.plan import Decision, Renewal, TeamSummer
from bball_tui.groupme.run.progress import Applied, Progress, Step, StepState
from bball_tui.league.contracts.batch_signing import BatchCandidates
from bball_tui.league.contracts.correcting import CorrectionPreview
from bball_tui.league.contracts.due_dates import DuePreview
from bball_tui.league.contracts.facts import Refused, SignatureFacts
from bball_tui.league.contracts.lifecycle import Transition
from bball_tui.league.contracts.signing_preview import ContractPreview, SignerOption, SigningPreview
from bball_tui.league.contracts.signing_rules import Notice, NoticeKind, Recipient, Signer
from bball_tui.league.contracts.transitions import TransitionPreview
from bball_tui.league.contracts.welcome_state import WelcomeState
from bball_tui.league.editing.outcome import Difference, Loaded, Overtaken
from bball_tui.league.exporting.list_sheet import Piece
from bball_tui.league.filters.choices import Facet, FilterChoice
from bball_tui.league.filters.facets import Facets, FacetValue
from bball_tui.league.filters.saved import NamedFilter
from bball_tui.league.importing import corrections
from bball_tui.league.importing.diff_model import Counts, FieldChange, Imported, RowDiff, Verdict
from bball_tui.league.importing.problems import Problem
from bball_tui.league.importing.roster_row import NameSplit
from bball_tui.league.merging.lookalikes_of_one import FoundPlayer, FoundPlayers
from bball_tui.league.merging.merge import Ending, MergeField, MergePreview
from bball_tui.league.merging.people import Person, Someone
from bball_tui.league.merging.words import EffectLine
from bball_tui.league.roster.family import GuardianView
from bball_tui.league.roster.notes import NoteFacts, NoteView
from bball_tui.league.roster.rows import ContractRow
from bball_tui.league.roster.team import TeamDraft
from bball_tui.league.seasons.roll_plan import PlayerLine, Proposal, RollPlan, TeamLine
from bball_tui.league.seasons.roll_request import RollRequest
from bball_tui.mail.account import Account
from bball_tui.outbox.staff_actions import Acted, NotDone
from bball_tui.settings import SecretLink, SecretUrl
from bball_tui.tui.dialogs.alerts import Alerts, AlertsTyped, Tried
from bball_tui.tui.dialogs.attach_scan import AttachScan
from bball_tui.tui.dialogs.batch_signing import BatchSigning
from bball_tui.tui.dialogs.block_address import BlockAddress
from bball_tui.tui.dialogs.bulk_run import BulkRun, Hear
from bball_tui.tui.dialogs.chat_code import ChatCode
from bball_tui.tui.dialogs.chat_link import ChatLink, GroupChoice
from bball_tui.tui.dialogs.chat_people import ChatPeople
from bball_tui.tui.dialogs.chat_plan import ChatPlan
from bball_tui.tui.dialogs.chat_renew import ChatRenew
from bball_tui.tui.dialogs.chat_run import ChatRun
from bball_tui.tui.dialogs.chat_share import ChatShare
from bball_tui.tui.dialogs.chat_tell import ChatTell
from bball_tui.tui.dialogs.choose_one import ChooseOne
from bball_tui.tui.dialogs.confirm import Confirm
from bball_tui.tui.dialogs.connect import ConnectDialog
from bball_tui.tui.dialogs.contract_act import ContractAct
from bball_tui.tui.dialogs.correct_record import CorrectRecord
from bball_tui.tui.dialogs.due_date import DueDate
from bball_tui.tui.dialogs.error_box import ErrorDialog
from bball_tui.tui.dialogs.export import ExportDialog
from bball_tui.tui.dialogs.export_list import ExportList
from bball_tui.tui.dialogs.family_note import FamilyNoteDialog
from bball_tui.tui.dialogs.file_picker import FilePicker
from bball_tui.tui.dialogs.filters import FilterDialog, SaveFilter
from bball_tui.tui.dialogs.find_family import FindFamily
from bball_tui.tui.dialogs.find_player import FindPlayer
from bball_tui.tui.dialogs.first_run import FirstRun
from bball_tui.tui.dialogs.follow_up import FollowUp
from bball_tui.tui.dialogs.forms.conflict import Conflict
from bball_tui.tui.dialogs.forms.form import Form
from bball_tui.tui.dialogs.forms.records import (
    LeagueForm,
    team_form,
)
from bball_tui.tui.dialogs.import_job import ImportDone, RosterPreview
from bball_tui.tui.dialogs.import_roster import ImportRoster
from bball_tui.tui.dialogs.import_rows import PreviewRow, ReviewRows
from bball_tui.tui.dialogs.mail_setup import MailBefore, MailSetup
from bball_tui.tui.dialogs.map_columns import MapColumns
from bball_tui.tui.dialogs.merge_people import MergePeople
from bball_tui.tui.dialogs.migrate import MigrateDialog
from bball_tui.tui.dialogs.my_address import MyAddress
from bball_tui.tui.dialogs.new_address import NewAddress
from bball_tui.tui.dialogs.new_league import LeagueBasics, NewLeague
from bball_tui.tui.dialogs.pick_record import Entry, PickRecord
from bball_tui.tui.dialogs.print_papers import PrintPapers
from bball_tui.tui.dialogs.read_mail import Letter, ReadMail
from bball_tui.tui.dialogs.read_scans import ReadScans
from bball_tui.tui.dialogs.reason import Reason
from bball_tui.tui.dialogs.reminder_schedule import ReminderSchedule
from bball_tui.tui.dialogs.resolve_doubt import ResolveDoubt
from bball_tui.tui.dialogs.roll_confirm import RollMake
from bball_tui.tui.dialogs.roll_players import RollPlayers
from bball_tui.tui.dialogs.roll_season import RollSeason, SeasonChoice
from bball_tui.tui.dialogs.sign import SignDialog
from bball_tui.tui.dialogs.sign_paper import SignPaper
from bball_tui.tui.dialogs.tick_list import TickLine
from bball_tui.tui.dialogs.write_message import Draft, WriteMessage
from bball_tui.tui.theme import Tone
from tests.tui.every_form import FORMS, never


async def _refuse_address(address: str, reason: str) -> bool:
    raise BballError(address)


async def _refuse_schedule(days: str, cap: str) -> None:
    raise BballError(days)


async def _apply(path: Path, options: Any, watch: Any) -> ImportDone:
    raise AssertionError("no one asked for this")


async def _refuse(name: str, hear: Hear) -> None:
    hear(Acted((), (NotDone(1, name),)))


async def _facets(name: str, typed: str, choices: Any) -> Facets:
    return Facets(
        (FacetValue(FilterChoice(Facet.TEAM, "1", name), 3), FacetValue(FilterChoice(Facet.TEAM, "2", name), 4))
    )


async def _saved(name: str) -> tuple[NamedFilter, ...]:
    return (NamedFilter(name, name, ()),)


async def _no_pieces() -> AsyncIterator[Piece]:
    raise BballError("no one asked for this")
    yield Piece("", 0)


def _sign(name: str, kind: type[SignDialog] = SignDialog) -> SignDialog:
    notices = (Notice(NoticeKind.NO_CHAT_LINK, f"{name} has no chat link"),)
    one = ContractPreview(
        1, name, name, ContractStatus.OFFERED, 1,
        (SignerOption(1, name, name, Capacity.MOTHER), SignerOption(2, name, "father", Capacity.FATHER)),
        Signer(1, name, Capacity.MOTHER), (Recipient(1, name, name, name),), notices,
    )  # fmt: skip

    async def load(draft: Any) -> SigningPreview:
        return SigningPreview((one,), name, draft.signed_on, 10)

    return kind(1, load=load, sign=never, today=date(2026, 11, 23), date_order=DateOrder.DMY)


def _import(name: str) -> ImportRoster:
    async def preview(path: Path, options: Any, watch: Any) -> RosterPreview:
        return RosterPreview(
            Imported(created=Counts(1, 1, 1, 1)),
            (RowDiff(2, name, name, Verdict.CHANGED, (FieldChange(name, name, name),)),),
            (Problem(3, name, name, name),),
            (name,),
            sheet=name,
            sheets=(name, f"{name} 2"),
            header=(name,),
            conflicts=(corrections.Conflict(2, name, name, name, name, corrections.Said(name, "2027-02-01")),),
            whole_names=True,
            splits=(NameSplit(2, name, name, name, name),),
        )

    return ImportRoster(preview=preview, apply=_apply, season=name, path=Path(f"/nowhere/{name or 'x'}"))


class _Refusing:
    """A mail server that says nothing but ``name``."""

    def __init__(self, name: str) -> None:
        self._name = name

    async def try_mail(self, url: SecretUrl) -> str | None:
        return self._name

    async def send_trial(self, url: SecretUrl, from_email: str, mine: str) -> str:
        return self._name

    async def keep_mail(self, url: SecretUrl, from_email: str) -> None:
        raise BballError(self._name)


class _Silent:
    """A webhook that says nothing but ``name``."""

    def __init__(self, name: str) -> None:
        self._name = name

    def guessed(self, webhook: SecretLink) -> str:
        return "json"

    def problems(self, typed: AlertsTyped) -> dict[str, str]:
        return {"emails": self._name}

    async def try_out(self, typed: AlertsTyped) -> tuple[Tried, ...]:
        return (Tried(False, self._name, self._name),)

    async def keep(self, typed: AlertsTyped) -> None:
        raise BballError(self._name)


def _alerts(name: str) -> Alerts:
    return Alerts(AlertsTyped(name, name, SecretLink(f"https://{name}"), ""), _Silent(name))


def _mail_setup(name: str) -> MailSetup:
    account = Account("own", "mail.league.test", "587", "starttls", login=name, credentials=name)
    return MailSetup(account, MailBefore(None, "office@league.test", name, name), _Refusing(name))


def _connect(name: str) -> ConnectDialog:
    async def test(url: SecretUrl) -> None:
        raise BballError(name)

    return ConnectDialog(test, SecretUrl(f"postgresql://{name}"))


def _group_plan(name: str) -> Plan:
    action = GroupAction(
        ActionKind.CREATE, 1, None, NewGroup(name, name), before=name, after=name, reason=name, risk=name
    )
    team = TeamPlan(1, name, TeamState.MISSING, name)
    return Plan(name, (team,), (action,), (name,))


def _renew(name: str) -> ChatRenew:
    plan = _group_plan(name)
    team = TeamSummer(1, name, name, name, 3, Decision.NEW, name, {Decision.NEW: plan.actions})
    return ChatRenew(name or "x", Renewal((team,), plan))


def _run(name: str) -> ChatRun:
    async def work(control: Any, report: Any) -> Applied:
        report(Progress(0, 1, name))
        step = Step("create:1", ActionKind.CREATE, 1, name, StepState.FAILED, name)
        return Applied(name, (step,), (name,), stopped=name, manual=True)

    return ChatRun(name or "x", work, 1, UTC)


def _tell(name: str) -> ChatTell:
    family = FamilyToTell(1, 1, name, name, name, name, name, name)
    return ChatTell(name or "x", [name], [(name, FamiliesToTell(1, (family,)))], button=name)


async def _entries(name: str) -> list[Entry]:
    return [Entry(1, name, name), Entry(2, name)]


async def _change_nothing(record: int | None) -> bool:
    return False


def _act(name: str) -> ContractAct:
    told = TransitionPreview(
        Transition.VOID, ((1, 1),), (name,), (Refused(2, name),), 1, (name,), name, date(2026, 11, 23)
    )
    return ContractAct(told, never, today=date(2026, 11, 23), date_order=DateOrder.DMY)


async def _found(name: str, text: str) -> BatchCandidates:
    row = ContractRow(
        1, 1, name, name, name, name, name, ContractStatus.OFFERED, None, None, name, WelcomeState.NONE, None, 1
    )
    return BatchCandidates((row,), 1)


async def _found_player(name: str, text: str) -> FoundPlayers:
    row = FoundPlayer(
        first_name=name,
        last_name=name,
        id=1,
        team=name,
        contract_status=None,
        guardians=1,
        has_email=True,
        also=name,
        by=name,
    )
    return FoundPlayers((row,))


def _merge(name: str) -> MergePeople:
    one, other = (Someone(number, 1, name, {}) for number in (1, 2))
    fields = (
        MergeField("first_name", name or "x", name, f"{name}2", differs=True, taken=False),
        MergeField("jersey", name or "x", "", name, differs=False, taken=True),
    )
    seen = MergePreview(Person.PLAYER, one, other, fields, 1, 1, 1, 1, 1, 1, (Ending(3, name),))
    return MergePeople(seen, [EffectLine(name), EffectLine(name, warns=True)], never)


def _conflict(name: str) -> Conflict:
    draft = TeamDraft(name, name)
    theirs = (Difference("name", name, f"{name}1", f"{name}2"), Difference("division", name, name, name))
    return Conflict(Overtaken(name, name, theirs, Loaded(1, 2, draft)), team_form(draft, never)._specs)


def _due(name: str) -> DueDate:
    effect = DuePreview(((1, 1),), (name,), (Refused(2, name),), 1, (name,), date(2026, 11, 26))
    return DueDate(effect, never, DateOrder.MDY)


def _said(name: str) -> NoteView:
    now = datetime(2026, 11, 23, 9, tzinfo=UTC)
    return NoteView(1, NoteKind.CALL, 1, name, 2, name, name, name, now.date(), name, now, None, None, None, None, None)


def _family_note(name: str) -> FamilyNoteDialog:
    guardian = GuardianView(2, name, name, "mother", name, name, True, True, False, True, 1)
    facts = NoteFacts(1, name, (guardian,), (_said(name),), date(2026, 11, 23), name)
    return FamilyNoteDialog(facts, never, never, DateOrder.MDY)


def _correct_record(name: str) -> CorrectRecord:
    now = SignatureFacts(
        id=1,
        guardian_id=1,
        signer=name or "x",
        capacity=Capacity.MOTHER,
        method=SigningMethod.PAPER,
        signed_on=date(2026, 11, 26),
        note=name,
        recorded_by=name,
        received_at=datetime(2026, 11, 26, tzinfo=UTC),
    )
    signers = (SignerOption(2, name or "x", name, Capacity.FATHER),)
    refused = (Refused(2, name),)
    seen = CorrectionPreview(((1, 1),), (name or "x",), refused, signers, now, 1, (name,), name, date(2026, 11, 26))
    return CorrectRecord(seen, never, DateOrder.MDY)


def _roll_plan(name: str) -> RollPlan:
    line = PlayerLine(1, name, name, 1, "from1", Proposal.TWO_TEAMS, (name, name), ticked=True)
    homeless = PlayerLine(2, name, name, 1, "", Proposal.TOO_OLD, (name,), ticked=False)
    team = TeamLine("from1", None, 1, name, name, name)
    return RollPlan(1, name, None, name, name, date(2027, 8, 31), (team,), (line, homeless), 3, (name,))


def _roll_season(name: str) -> RollSeason:
    async def suggest(season_id: int) -> str:
        return name

    async def plan(asked: RollRequest) -> RollPlan:
        return _roll_plan(name)

    seasons = [SeasonChoice(1, name, name), SeasonChoice(2, name)]
    return RollSeason(
        seasons,
        1,
        suggest=suggest,
        plan=plan,
        usual_day=lambda _: date(2027, 8, 1),
        order=DateOrder.YMD,
        today=date(2027, 8, 1),
    )


DIALOGS: dict[type[Screen[Any]], Callable[[str], Screen[Any]]] = {
    AttachScan: lambda name: AttachScan(name or "x", never, Path(f"/nowhere/{name}")),
    ContractAct: _act,
    Conflict: _conflict,
    Form: FORMS["guardian"],
    BatchSigning: lambda name: BatchSigning(
        find=partial(_found, name), sign=never, take_back=never, correct=never, hold=never, what_holds=never
    ),
    FindPlayer: lambda name: FindPlayer(name or "x", partial(_found_player, name)),
    MergePeople: _merge,
    FindFamily: lambda name: FindFamily(name or "x", partial(_found, name), never),
    PickRecord: lambda name: PickRecord(
        name or "x",
        partial(_entries, name),
        _change_nothing,
        empty=name,
        extra=(name, _change_nothing),
    ),
    BulkRun: lambda name: BulkRun(name or "x", 1, partial(_refuse, name), done=name),
    ChatCode: lambda name: ChatCode(name, ("█▄", "▀ ")),
    ChatLink: lambda name: ChatLink(name or "x", [GroupChoice("1", name, name, name, likely=True)], never, note=name),
    ChatPeople: lambda name: ChatPeople(
        name or "x",
        [name],
        [TickLine("1", (name,), True), TickLine("2", (name,), False, tickable=False)],
        button=lambda number: f"{name[:9]} {number}",
    ),
    ChatPlan: lambda name: ChatPlan(_group_plan(name)),
    ChatRenew: _renew,
    ChatRun: _run,
    ChatShare: lambda name: ChatShare(name or "x", f"https://groupme.com/join_group/1/{name}", never),
    ChatTell: _tell,
    Confirm: lambda name: Confirm(name or "x", [name], name, danger=True, typed=name, cancel_label=name),
    ConnectDialog: _connect,
    CorrectRecord: _correct_record,
    DueDate: _due,
    FamilyNoteDialog: _family_note,
    FollowUp: lambda name: FollowUp(_said(name), never, DateOrder.MDY, date(2026, 11, 23)),
    ErrorDialog: lambda name: ErrorDialog(name, True, title=name or "x", safe=name),
    ExportDialog: lambda name: ExportDialog(never, "players", Path(f"/nowhere/{name}"), f"{name}-{{what}}"),
    ExportList: lambda name: ExportList(Path(f"/nowhere/{name or 'x'}"), 3, write=_no_pieces),
    FilterDialog: lambda name: FilterDialog(
        [FilterChoice(Facet.TEAM, "1", name)],
        name,
        load=partial(_facets, name),
        saved=partial(_saved, name),
        forget=never,
    ),
    SaveFilter: lambda name: SaveFilter([name]),
    FilePicker: lambda name: FilePicker(Path(__file__).parent / name[:200]),
    FirstRun: lambda _: FirstRun(),
    NewLeague: lambda name: NewLeague(LeagueBasics(name, name, "America/Chicago", DateOrder.MDY)),
    ImportRoster: _import,
    MapColumns: lambda name: MapColumns([name, name, "Team"], [[name], [name, name]]),
    MigrateDialog: lambda name: MigrateDialog(name, name),
    NewAddress: lambda name: NewAddress(name, [name], never),
    PrintPapers: lambda name: PrintPapers(name or "x", [name], Path(f"/nowhere/{name}"), never),
    ReadScans: lambda name: ReadScans(
        read=never, sign=never, today=date(2026, 11, 24), date_order=DateOrder.MDY, path=Path(f"/nowhere/{name}")
    ),
    ReadMail: lambda name: ReadMail(Letter(name, ((name, name),), [[name]], [[name]], (name,), name)),
    LeagueForm: FORMS["league"],
    Alerts: _alerts,
    MailSetup: _mail_setup,
    MyAddress: MyAddress,
    ReminderSchedule: lambda name: ReminderSchedule(name, name, _refuse_schedule),
    BlockAddress: lambda name: BlockAddress(_refuse_address),
    ResolveDoubt: lambda name: ResolveDoubt([name]),
    ReviewRows: lambda name: ReviewRows([PreviewRow(2, "changed", name, name, (name,))], frozenset()),
    ChooseOne: lambda name: ChooseOne(name or "x", [("1", name), ("2", name)], "2"),
    RollSeason: _roll_season,
    RollPlayers: lambda name: RollPlayers(_roll_plan(name)),
    RollMake: lambda name: RollMake(
        _roll_plan(name), {1: "from1"}, never, mails=True, order=DateOrder.YMD, today=date(2027, 8, 1)
    ),
    Reason: lambda name: Reason(name or "x", [name], name),
    SignDialog: _sign,
    SignPaper: lambda name: _sign(name, SignPaper),
    WriteMessage: lambda name: WriteMessage(
        [(name, Tone.MUTED), (name, Tone.WARN)],
        look=never,
        send=never,
        edit=never,
        draft=Draft(name, f"{name}\n{name}"),
    ),
}
