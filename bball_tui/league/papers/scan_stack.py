"""A stack of scans finds its contracts: a plan that is seen first, then signatures with their papers.

Only the code on a page says whose it is. A page without one, with a wrong one or with two is named, and nothing about
it is guessed.
"""

import asyncio
import os
from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from pathlib import Path

import msgspec
from msgspec import Struct, field
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database import models
from bball_tui.database.engine import Database
from bball_tui.database.states import OPEN_STATUSES, ContractStatus, SigningMethod
from bball_tui.errors import BballError
from bball_tui.files import read_bytes
from bball_tui.language import _
from bball_tui.league.contracts.facts import Refused
from bball_tui.league.contracts.signing import SigningRequest, sign
from bball_tui.league.contracts.signing_preview import ContractPreview, preview_signing
from bball_tui.league.papers.page_reader import LARGEST_SCAN_STACK, ReadPage, UnreadableScans, cut_pages, read_pages
from bball_tui.league.papers.paper_code import CodeFault, mark_of, read_code
from bball_tui.league.papers.scan_file import ScanFile, kind_of, scan_file
from bball_tui.league.papers.scans import attach, list_scans

MOST_FILES = 1_000
AT_ONCE = 10
"""Papers of one transaction."""

FAULTS = {
    CodeFault.FOREIGN: _("its code isn't one of ours"),
    CodeFault.OTHER_LEAGUE: _("its code is of another league, or of another database"),
    CodeFault.MISREAD: _("its code can't be read for certain"),
}


class Pages(Struct, frozen=True):
    """Pages of one file, from 0; ``whole``: they are all that is in it."""

    file: Path
    pages: tuple[int, ...]
    whole: bool

    @property
    def words(self) -> str:
        """``stack.pdf, pages 3 and 4``."""
        if self.whole:
            return self.file.name
        return page_words(self.file, self.pages)


def page_words(file: Path, pages: Sequence[int]) -> str:
    """Which pages of a file, as people count them."""
    numbers = ", ".join(str(page + 1) for page in pages)
    return f"{file.name}, {'page' if len(pages) == 1 else 'pages'} {numbers}"


class PlannedPaper(Struct, frozen=True):
    """A contract that is in the stack. ``signer`` None: it is signed already, and the scan is only attached."""

    contract_id: int
    version: int
    player: str
    team: str
    signer: str | None
    mails: int
    parts: tuple[Pages, ...]


class Doubtful(Struct, frozen=True):
    """A page or file that nothing is done with, and why."""

    where: str
    reason: str


class ScanStackPlan(Struct, frozen=True):
    """What would happen. ``digest`` names the plan: carrying it out does this or nothing."""

    papers: tuple[PlannedPaper, ...]
    doubtful: tuple[Doubtful, ...]
    blank: int
    pages: int
    hashes: tuple[tuple[Path, bytes], ...]
    digest: str

    @property
    def to_sign(self) -> int:
        """How many signatures."""
        return sum(paper.signer is not None for paper in self.papers)


class ScanStackDone(Struct, frozen=True):
    """What came of it."""

    signed: tuple[int, ...]
    attached: tuple[int, ...]
    refused: tuple[Refused, ...]
    outbox: tuple[int, ...]


class ScanStackMoved(BballError):
    """The stack or the league is not as it was when the plan was made."""

    def __init__(self) -> None:
        super().__init__(
            _("The scans or the league changed since this plan was made. Nothing was signed; read it again.")
        )


class ScanStackReader(Struct):
    """Reads stacks; a file that was read before is not drawn again. ``done`` of ``total`` files are read."""

    done: int = 0
    total: int = 0
    stopped: bool = False
    _known: dict[bytes, tuple[ReadPage, ...] | str] = field(default_factory=dict)

    def read(self, path: Path) -> "ScanStackPages":
        """Every file of a folder, or the one file. Blocking.

        Raises:
            BballError: there is nothing, or too much.
        """
        files = _files_of(path)
        self.done, self.total = 0, len(files)
        stack = ScanStackPages()
        for file in files:
            self._add(stack, file)
            self.done += 1
        return stack

    def _add(self, stack: "ScanStackPages", file: Path) -> None:
        try:
            data = read_bytes(file, LARGEST_SCAN_STACK + 1)
        except BballError as error:
            stack.doubtful.append(Doubtful(file.name, str(error)))
            return
        if len(data) > LARGEST_SCAN_STACK:
            megabytes = LARGEST_SCAN_STACK // 1024**2
            stack.doubtful.append(
                Doubtful(
                    file.name, _("it has more than {megabytes} MB. Scan in smaller stacks").format(megabytes=megabytes)
                )
            )
        elif kind_of(data) is None:
            stack.doubtful.append(
                Doubtful(file.name, _("it isn't a PDF, JPEG, PNG or HEIC file, whatever its name says"))
            )
        else:
            digest = sha256(data).digest()
            if digest in stack.hashes.values():
                stack.doubtful.append(Doubtful(file.name, _("it is the same as another file here")))
                return
            if digest not in self._known:
                try:
                    self._known[digest] = read_pages(data, self._tick)
                except UnreadableScans as error:
                    self._known[digest] = str(error)
            found = self._known[digest]
            if isinstance(found, str):
                stack.doubtful.append(Doubtful(file.name, found))
            else:
                stack.hashes[file] = digest
                stack.pages[file] = found

    def _tick(self, _done: int) -> None:
        if self.stopped:
            raise BballError(_("Reading was stopped."))


class ScanStackPages(Struct):
    """What the files of a stack hold."""

    pages: dict[Path, tuple[ReadPage, ...]] = field(default_factory=dict)
    hashes: dict[Path, bytes] = field(default_factory=dict)
    doubtful: list[Doubtful] = field(default_factory=list)


def _files_of(path: Path) -> list[Path]:
    path = path.expanduser()
    if not path.is_dir():
        read_bytes(path, 1)  # says why, if it cannot be read
        return [path]
    try:
        with os.scandir(path) as entries:
            files = sorted(Path(one.path) for one in entries if not one.name.startswith(".") and one.is_file())
    except OSError as error:
        raise BballError(
            _("The folder {path} cannot be read: {strerror}.").format(path=path, strerror=error.strerror)
        ) from None
    if not files:
        raise BballError(_("There is no file in the folder {path}.").format(path=path))
    if len(files) > MOST_FILES:
        raise BballError(
            _("There are {files:,} files in {path}; {most_files:,} is the limit for one stack.").format(
                files=len(files), path=path, most_files=MOST_FILES
            )
        )
    return files


async def plan_scan_stack(session: AsyncSession, league_id: int, stack: ScanStackPages) -> ScanStackPlan:
    """What the pages mean for the league. Writes nothing."""
    league = await session.get_one(models.League, league_id)
    mark = mark_of(league.mail_salt)
    doubtful = list(stack.doubtful)
    blank = 0
    parts: dict[int, list[Pages]] = {}
    for file, pages in stack.pages.items():
        mine: dict[int, list[int]] = {}
        for number, page in enumerate(pages):
            found = _contract_on(page, mark)
            if isinstance(found, int):
                mine.setdefault(found, []).append(number)
            elif found:
                where = page_words(file, [number]) if len(pages) > 1 else file.name
                doubtful.append(Doubtful(where, found))
            else:
                blank += 1
        for contract_id, numbers in mine.items():
            parts.setdefault(contract_id, []).append(Pages(file, tuple(numbers), len(numbers) == len(pages)))
    previews = await preview_signing(session, league_id, list(parts))
    kept = {row.contract_id for row in await list_scans(session, league_id, list(parts))}
    papers = []
    for preview in previews.contracts:
        planned = _planned(preview, tuple(parts[preview.id]), preview.id in kept)
        if isinstance(planned, str):
            doubtful += [Doubtful(part.words, planned) for part in parts[preview.id]]
        else:
            papers.append(planned)
    papers.sort(key=lambda paper: (paper.parts[0].file, paper.parts[0].pages))
    hashes = tuple(sorted(stack.hashes.items()))
    facts = [(one.contract_id, one.version, one.signer, [(str(p.file), p.pages) for p in one.parts]) for one in papers]
    digest = sha256(msgspec.json.encode((facts, [(str(file), one) for file, one in hashes]))).hexdigest()[:12]
    total = sum(map(len, stack.pages.values()))
    return ScanStackPlan(tuple(papers), tuple(doubtful), blank, total, hashes, digest)


def _contract_on(page: ReadPage, mark: str) -> int | str:
    """The contract, or why it is none; empty for a blank page."""
    if page.problem:
        return page.problem
    read = [read_code(text, mark) for text in page.codes]
    contracts = {one for one in read if isinstance(one, int)}
    if len(contracts) > 1:
        return _("it has the codes of several contracts; scan them one by one")
    if contracts:
        return contracts.pop()
    for fault in (CodeFault.MISREAD, CodeFault.OTHER_LEAGUE, CodeFault.FOREIGN):
        if fault in read:
            return FAULTS[fault]
    return "" if page.blank else _("no code was found on it")


def _planned(preview: ContractPreview, parts: tuple[Pages, ...], has_scan: bool) -> PlannedPaper | str:
    if preview.status is None:
        return _("its contract isn't in this league anymore")
    if preview.status is ContractStatus.SIGNED:
        if has_scan:
            return _("{player}'s contract is signed and has a scan already").format(player=preview.player)
        return PlannedPaper(preview.id, preview.version, preview.player, preview.team, None, 0, parts)
    if preview.status not in OPEN_STATUSES:
        return _("{player}'s contract is {status}").format(player=preview.player, status=_(preview.status))
    if preview.signer is None:
        return next(
            (one.text for one in preview.notices if one.blocks),
            _("{player}'s contract can't be signed").format(player=preview.player),
        )
    return PlannedPaper(
        preview.id,
        preview.version,
        preview.player,
        preview.team,
        preview.signer.name,
        len(preview.recipients),
        parts,
    )


async def sign_scan_stack(
    database: Database,
    league_id: int,
    plan: ScanStackPlan,
    *,
    leave: frozenset[int] = frozenset(),
    method: SigningMethod = SigningMethod.SCAN,
    signed_on: date | None = None,
    hold_seconds: int | None = None,
) -> ScanStackDone:
    """Carry out a plan: each signature with its paper in one transaction. ``leave``: contracts that stay out.

    Whatever changed meanwhile is refused by itself, with the reason; the others are signed.

    Raises:
        ScanStackMoved: a file is not as it was.
        BballError: the date cannot be.
    """
    papers = [paper for paper in plan.papers if paper.contract_id not in leave]
    files = await asyncio.to_thread(_cut_all, dict(plan.hashes), papers)
    signed: list[int] = []
    attached: list[int] = []
    refused: list[Refused] = []
    outbox: list[int] = []
    for start in range(0, len(papers), AT_ONCE):
        some = papers[start : start + AT_ONCE]
        async with database.session() as session:
            request = SigningRequest(
                tuple((one.contract_id, one.version) for one in some if one.signer is not None),
                method=method,
                signed_on=signed_on,
                hold_seconds=hold_seconds,
                scans=tuple((one.contract_id, files[one.contract_id][0]) for one in some if one.signer is not None),
            )
            done: tuple[int, ...] = ()
            if request.contracts:
                result = await sign(session, league_id, request)
                done = tuple(one.id for one in result.signed)
                refused += result.refused
                outbox += result.outbox_ids
            more = [(one, files[one.contract_id][1:]) for one in some if one.contract_id in done]
            late = [(one, files[one.contract_id]) for one in some if one.signer is None]
            for paper, scans in (*more, *late):
                try:
                    for scan in scans:
                        await attach(session, league_id, paper.contract_id, scan)
                except BballError as error:
                    refused.append(Refused(paper.contract_id, str(error)))
                    continue
                if paper.signer is None:
                    attached.append(paper.contract_id)
        signed += done
    return ScanStackDone(tuple(signed), tuple(attached), tuple(refused), tuple(outbox))


def _cut_all(hashes: dict[Path, bytes], papers: Sequence[PlannedPaper]) -> dict[int, list[ScanFile]]:
    """The scans of each contract, cut out of their files. Blocking."""
    found: dict[int, list[ScanFile]] = {paper.contract_id: [] for paper in papers}
    by_file: dict[Path, list[tuple[PlannedPaper, Pages]]] = {}
    for paper in papers:
        for part in paper.parts:
            by_file.setdefault(part.file, []).append((paper, part))
    for file, wanted in by_file.items():
        data = read_bytes(file, LARGEST_SCAN_STACK + 1)
        if sha256(data).digest() != hashes[file]:
            raise ScanStackMoved
        cut = [part for _, part in wanted if not part.whole]
        try:
            pieces = iter(cut_pages(data, [part.pages for part in cut], _never) if cut else ())
        except UnreadableScans as error:
            raise BballError(f"{file.name}: {error}.") from None
        for paper, part in wanted:
            name = file.name if part.whole else f"{page_words(Path(file.stem), part.pages)}.pdf"
            found[paper.contract_id].append(scan_file(name, data if part.whole else next(pieces)))
    return found


def _never(_: int) -> None:
    """Cutting is quick, and nobody stops it."""
