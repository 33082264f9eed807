"""The screen in another language: which one, and whether its words fit the code."""

import ast
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from inspect import cleandoc
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog
from hypothesis import given
from hypothesis import strategies as st

import bball_tui
from bball_tui.errors import BballError
from bball_tui.language import ENGLISH, STORED, chosen, english, languages, retold, use
from bball_tui.league.audit_words import act_in_words, audience_in_words, of_several
from bball_tui.league.values.cells import CellFault
from bball_tui.league.values.contact import email
from bball_tui.outbox.timeline_words import Act, act_text
from bball_tui.settings import load_settings
from tests.messages.catalogs import brought_up_to_date, catalogs, compiled, read, texts, without_words
from tests.messages.extract import forget, nodes, parsed

PLACE = re.compile(r"\{[^{}]*\}")
GRAMMAR = {f"{{{word}}}" for word in ("are", "had", "has", "it", "name", "stay", "value", "verb", "wait", "words")}
"""Places for a form of an English verb or pronoun, which another language may not need."""
PACKAGE = Path(bball_tui.__file__).parent
COMMAND_LINE = ("cli", "demo")
CATALOGS = {path.parent.parent.name: path for path in catalogs()}


@cache
def stored(language: str) -> Catalog:
    """The catalog, read once for all who leave it as it is."""
    return read(CATALOGS[language])


@pytest.fixture(scope="module", autouse=True)
def parsed_once() -> Iterator[None]:
    """The program is parsed once for all of these tests, and forgotten with this module."""
    yield
    forget()
    stored.cache_clear()


def test_the_screen_speaks_english_and_spanish() -> None:
    assert languages() == ("en", "es")


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "es_US.UTF-8"}, "es"),
        ({"LANG": "es"}, "es"),
        ({"LANG": "es_MX.UTF-8@euro"}, "es"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "es_PR"}, "es"),
        ({"LANG": "es_US.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANG": "ru_RU.UTF-8"}, "en"),
    ],
)
def test_the_computer_says_which_language(environment: dict[str, str], language: str) -> None:
    assert chosen(None, environment) == language


def test_the_setting_wins_over_the_computer() -> None:
    assert chosen("en", {"LANG": "es_US.UTF-8"}) == "en"
    assert load_settings(environment={"BBALL_LANGUAGE": "es", "BBALL_CONFIG": "/nowhere"}).language == "es"


def test_a_language_that_the_screen_does_not_speak_is_refused_where_it_is_set() -> None:
    with pytest.raises(BballError, match=r"no language 'fr'. Set language to one of these: en, es."):
        load_settings(environment={"BBALL_LANGUAGE": "fr", "BBALL_CONFIG": "/nowhere"})


@pytest.mark.parametrize("language", CATALOGS)
def test_a_catalog_has_words_for_all_that_the_screen_says(language: str) -> None:
    """When this fails: `make messages`, and translate what it names."""
    known = {(one.context, one.id) for one in stored(language)}
    now = brought_up_to_date(read(CATALOGS[language]))
    assert {(one.context, one.id) for one in now} == known
    assert [one.id for one in without_words(now)] == []


def test_no_sentence_names_a_record_by_its_number() -> None:
    """Nobody knows players and contracts by the numbers of the database; only an option for exceptions takes them."""
    number = re.compile(r"\b(contract|player|team|guardian|season) \{(one|missing|\w+_id)\}", re.IGNORECASE)
    said = {message.id if isinstance(message.id, str) else message.id[0] for message in stored("es")}
    assert {sentence for sentence in said if number.search(sentence)} == {
        "There is no player {one} in this league, so there is no exception for them."
    }


@pytest.mark.parametrize("language", CATALOGS)
def test_a_catalog_is_compiled(language: str) -> None:
    """When this fails: `make messages`, and translate what it names."""
    path = CATALOGS[language]
    assert path.with_suffix(".mo").read_bytes() == compiled(stored(language))


@pytest.mark.parametrize("language", CATALOGS)
def test_values_stand_in_the_translation_as_in_the_sentence(language: str) -> None:
    wrong = []
    for message in stored(language):
        said = message.id if isinstance(message.id, str) else message.id[-1]
        wanted = {*PLACE.findall(said)}
        spare = GRAMMAR if len(wanted) > 1 else set()
        for text in filter(None, texts(message)):
            found = {*PLACE.findall(text)}
            if found - wanted or wanted - found - spare:
                wrong.append((said, text))
    assert wrong == []


def test_words_counted_and_dates_follow_the_language() -> None:
    """In a process of its own: a language is chosen once a run."""
    code = (
        "from datetime import date\n"
        "from bball_tui.language import use\n"
        "use('es')\n"
        "from bball_tui.wording import counted, listed, short_date\n"
        "print(counted(1, 'contract'), counted(2, 'contract'), listed(['Ann', 'Ben']), short_date(date(2026, 1, 5)))\n"
        "from bball_tui.tui.all_commands import ACTION_SETS\n"
        "print(ACTION_SETS[0].title)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["1 contrato 2 contratos Ann y Ben 5 ene 2026", "En todas partes"]


SCREEN = [path for path in sorted(PACKAGE.rglob("*.py")) if path.relative_to(PACKAGE).parts[0] not in COMMAND_LINE]
WRITERS = {
    "cancel",
    "cancel_unsent",
    "release",
    "withdraw",
    "redirect",
    "resend",
    "lift",
    "unlink",
    "dismiss",
    "link",
    "Entry",
}
"""What writes a reason into the database."""


@pytest.fixture(scope="module")
def calls() -> Mapping[Path, Sequence[ast.Call]]:
    """All calls of each of the program's files."""
    files = sorted(PACKAGE.rglob("*.py"))
    return {path: [node for node in nodes(path) if isinstance(node, ast.Call)] for path in files}


def name_of(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def test_every_place_of_a_sentence_is_filled(calls: Mapping[Path, Sequence[ast.Call]]) -> None:
    wrong = []
    for path, made in calls.items():
        for call in made:
            match call.func:
                case ast.Attribute(attr="format", value=ast.Call() as marked) if name_of(marked) in (
                    "_",
                    "stored",
                    "plural",
                ):
                    texts = [
                        one.value for one in marked.args if isinstance(one, ast.Constant) and isinstance(one.value, str)
                    ]
                    wanted = {place for text in texts for _before, place, *_rest in Formatter().parse(text) if place}
                    filled = {str(one.arg) for one in call.keywords}
                    if texts and not call.args and wanted != filled:
                        wrong.append((path.name, call.lineno, wanted ^ filled))
    assert wrong == []


def test_what_is_written_down_does_not_depend_on_the_screen(calls: Mapping[Path, Sequence[ast.Call]]) -> None:
    """Reasons in the record are English: `stored` marks them, and the screen says them by `retold`."""
    wrong = [
        f"{path.relative_to(PACKAGE)}:{call.lineno}"
        for path in SCREEN
        for call in calls[path]
        if name_of(call) in WRITERS
        for word in call.keywords
        if word.arg in ("reason", "why", "how")
        and any(isinstance(one, ast.Call) and name_of(one) in ("_", "plural") for one in ast.walk(word.value))
    ]
    assert wrong == []


KEPT = [
    (message.id, texts(message)[0])
    for message in stored("es")
    if isinstance(message.id, str) and (message.context == STORED or "mail server {host}" in message.id)
]


def test_what_is_stored_is_said_in_the_language_of_the_screen() -> None:
    @given(st.sampled_from(KEPT), st.text("abcdefgh ", min_size=1, max_size=12))
    def said_as_in_the_catalog(kept: tuple[str, str], value: str) -> None:
        said, spanish = kept
        values = {place[1:-1]: value.strip() or "x" for place in PLACE.findall(said)}
        assert retold(said.format(**values)) == (said if in_english else spanish).format(**values)
        with english():
            assert retold(said.format(**values)) == said.format(**values)

    in_english = False
    use("es")
    try:
        said_as_in_the_catalog()
        assert retold("550 5.1.1 No such user here") == "550 5.1.1 No such user here"
    finally:
        use(ENGLISH)
    in_english = True
    said_as_in_the_catalog()


def test_what_the_library_says_of_an_address_is_said_in_the_language_of_the_screen() -> None:
    use("es")
    try:
        with pytest.raises(CellFault, match=r"^Esta no es .* Una dirección de correo debe tener una arroba \(@\)\."):
            email("rosa.families.test")
    finally:
        use(ENGLISH)


def test_a_fault_of_the_mail_server_within_another_sentence_is_said_too() -> None:
    use("es")
    try:
        told = retold("The mail server mx.example:25 cannot be reached: no greeting.")
    finally:
        use(ENGLISH)
    assert told == "El servidor de correo mx.example:25 no se alcanza: sin saludo."


def test_a_canceled_e_mail_is_written_as_elsewhere() -> None:
    act = Act(datetime(2026, 11, 30, tzinfo=UTC), "root", "outbox_cancelled", None)
    assert act_text(act) == "canceled by root"
    use("es")
    try:
        assert act_text(act) == "cancelado por root"
    finally:
        use(ENGLISH)


def test_what_was_done_to_several_agrees_with_them() -> None:
    use("es")
    try:
        assert act_in_words("3 contracts: released") == "3 contratos: dados de baja"
        assert act_in_words("1,200 e-mails: canceled") == "1,200 correos: cancelados"
        assert act_in_words("2 guardians: added") == "2 tutores: agregados"
        assert audience_in_words("2 contracts selected") == "2 contratos de la selección"
        assert audience_in_words("all 6 contracts that match") == "los 6 contratos que coinciden"
        words = audience_in_words("all 6 contracts of the season and not over")
        assert words == "los 6 contratos de la temporada que no terminaron"
        assert act_in_words("Amara Hamilton's contract: released") == "Contrato de Amara Hamilton: baja"
        assert (of_several("released", 3, "outbox"), of_several("released", 3, "contract")) == (None, "dados de baja")
    finally:
        use(ENGLISH)


def test_an_option_in_a_sentence_has_its_field_in_the_dialog_in_every_language(
    calls: Mapping[Path, Sequence[ast.Call]],
) -> None:
    """What `cli_hints_on_screen` replaces stands in a sentence of the importer, and in its translation."""
    catalog = {message.id: texts(message) for message in stored("es")}
    words = [
        one.args[0] for one in calls[PACKAGE / "tui" / "dialogs" / "cli_hints_on_screen.py"] if name_of(one) == "_"
    ]
    patterns = [str(one.value) for one in words if isinstance(one, ast.Constant) and "--" in str(one.value)]
    rest = {one: said for one, said in catalog.items() if one not in patterns}
    english = [_as_shown(text) for one in rest for text in ([one] if isinstance(one, str) else one)]
    spanish = [_as_shown(text) for said in rest.values() for text in said]
    assert patterns
    for pattern in patterns:
        assert any(re.search(pattern, text) for text in english), pattern
        assert any(re.search(catalog[pattern][0], text) for text in spanish), catalog[pattern][0]


def _as_shown(sentence: str) -> str:
    return PLACE.sub("mdy", sentence)


MACHINE = (
    "database/backup.py",
    "database/embedded.py",
    "database/migrate.py",
    "database/pg_ctl.py",
    "database/setup_script.py",
    "delivery/alerts/findings.py",
    "delivery/alerts/message.py",
    "delivery/league_workers.py",
    "delivery/health.py",
    "delivery/metrics.py",
    "groupme/fake",
    "language.py",
    "league/contracts/lifecycle.py",
    "mail/trial_mail.py",
    "settings.py",
    "tui/key_table.py",
)
"""Where sentences are for the command line, e-mails or whoever installs the program, or declared for who draws them."""
MARKS = ("_", "later", "stored", "plural", "counted", "in_context", "listed")
SENTENCE = re.compile(r"[^a-z]*[A-Z“{].* .*[.?!]", re.DOTALL)


def sentences_without_a_mark(path: Path, known: frozenset[str]) -> Iterator[tuple[int, str]]:
    """Whole sentences that no catalog has; of errors also those that it has, since nobody says them again."""

    def walk(node: ast.AST, *, raised: bool) -> Iterator[tuple[int, str]]:
        match node:
            case ast.Expr(value=ast.Constant()) | ast.Raise(exc=ast.Call(func=ast.Name(id="AssertionError"))):
                return
            case ast.Call() if name_of(node) in MARKS:
                return
            case ast.Call() if name_of(node) in (
                "Option",
                "debug",
                "info",
                "warning",
                "error",
                "exception",
                "compile",
                "text",
            ):
                return
            case ast.Constant(value=str(said), lineno=line):
                if SENTENCE.fullmatch(said) and (raised or cleandoc(said) not in known):
                    yield line, said
                return
            case ast.JoinedStr(values=parts, lineno=line):
                said = "".join(str(one.value) if isinstance(one, ast.Constant) else "{}" for one in parts)
                if SENTENCE.fullmatch(said) and re.search(r"[a-z]{3,} [a-z]{2,}", said):
                    yield line, said
                return
        for child in ast.iter_child_nodes(node):
            yield from walk(child, raised=raised or isinstance(node, ast.Raise))

    return walk(parsed(path), raised=False)


def test_every_sentence_is_marked() -> None:
    """When this fails: mark what it names by `_`, or by `stored` what goes into the database; then `make messages`."""
    catalog = stored("es")
    known = frozenset(text for one in catalog for text in ((one.id,) if isinstance(one.id, str) else one.id))
    places = {path: path.relative_to(PACKAGE).as_posix() for path in SCREEN}
    found = [
        f"{place}:{line}: {said[:80]!r}"
        for path, place in places.items()
        if not place.startswith(MACHINE)
        for line, said in sentences_without_a_mark(path, known)
    ]
    assert found == []


def words_put_in(value: ast.expr) -> Iterator[str]:
    """The English words that ``value`` may be, as written there."""
    match value:
        case ast.Constant(value=str() as said) if re.fullmatch("[A-Za-z' ]{2,}", said):
            yield said
        case ast.IfExp(body=one, orelse=other) | ast.BinOp(left=one, right=other):
            yield from (*words_put_in(one), *words_put_in(other))
        case ast.BoolOp(values=several) | ast.JoinedStr(values=several):
            yield from (said for one in several for said in words_put_in(one))
        case ast.FormattedValue(value=one):
            yield from words_put_in(one)


def members_spelled() -> frozenset[str]:
    """The attributes that hold a member of an enum whose value is an English word, and nothing else anywhere."""
    every = [node for path in SCREEN for node in nodes(path) if isinstance(node, ast.ClassDef | ast.AnnAssign)]
    classes = [one for one in every if isinstance(one, ast.ClassDef) and "StrEnum" in map(ast.unparse, one.bases)]
    enums = {one.name for one in classes} - {one.name for one in classes if "_(" in ast.unparse(one)}
    typed = defaultdict[str, list[bool]](list)
    for one in every:
        if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name):
            said = set(re.findall(r"\w+", ast.unparse(one.annotation))) - {"None"}
            typed[one.target.id].append(bool(said) and said <= enums)
    return frozenset(name for name, are in typed.items() if all(are)) | {"status", "state"}


def member_put_in(value: ast.expr, members: frozenset[str]) -> bool:
    match value:
        case ast.Call(func=ast.Name(id="str"), args=[inner]):
            return member_put_in(inner, members)
        case ast.IfExp(body=one, orelse=other):
            return member_put_in(one, members) or member_put_in(other, members)
        case ast.Attribute(attr=name):
            return name in members
    return False


def test_what_is_put_into_a_sentence_is_said_in_the_same_language() -> None:
    """When this fails: `_` what it names, or write a whole sentence for each case."""
    kept = {
        id_: {place for text in texts(message) for place in PLACE.findall(text)}
        for message in stored("es")
        for id_ in ((message.id,) if isinstance(message.id, str) else message.id)
    }
    members = members_spelled()
    wrong = []
    for path in SCREEN:
        where = path.relative_to(PACKAGE).as_posix()
        for function in (one for one in nodes(path) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)):
            inside = [*ast.walk(function)]
            named = defaultdict[str, list[ast.expr]](list)
            for one in inside:
                match one:
                    case ast.Assign(targets=[ast.Name(id=name)], value=value):
                        named[name].append(value)
            for one in inside:
                match one:
                    case ast.Call(func=ast.Attribute(attr="format", value=ast.Call() as marked), keywords=filled) if (
                        name_of(marked) in ("_", "plural", "in_context")
                    ):
                        said = [str(text.value) for text in marked.args if isinstance(text, ast.Constant)]
                        drawn = {place for text in said for place in kept.get(text, ())}
                        for word in filled:
                            values = named[word.value.id] if isinstance(word.value, ast.Name) else [word.value]
                            if f"{{{word.arg}}}" in drawn and any(
                                [*words_put_in(value)] or member_put_in(value, members) for value in values
                            ):
                                wrong.append(f"{where}:{one.lineno}: {word.arg}")
                    case ast.List(elts=parts) | ast.Tuple(elts=parts) if where.startswith("tui/"):
                        wrong += [
                            f"{where}:{part.lineno}: {ast.unparse(part)}"
                            for part in parts
                            if isinstance(part, ast.Call) and member_put_in(part, members)
                        ]
    assert not set(wrong), wrong
