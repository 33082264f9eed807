"""The program speaks American English: its code, its sentences and its documents."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CODE = ROOT / "bball_tui"
PLACES = ("bball_tui", "benchmarks", "docs", "templates", "tests")
SUFFIXES = {".md", ".mjml", ".py", ".tcss", ".toml", ".txt"}
WORD = re.compile(r"[a-z]+")
BRITISH = re.compile(
    r".*(?:colour|behaviour|neighbour|favour|honour|labour|rumour|harbour|authoris).*"
    r"|(?:recogn|organ|reorgan|normal|initial|summar|serial|synchron|real|optim|minim|maxim|util|special|general|capital"
    r"|categor|custom|priorit|final|apolog|emphas)is(?:e|ed|er|es|ing|ation|ations)"
    r"|analys(?:e|ed|er|ing)|paralysed?|grey|centred?|metres?|litres?|catalogues?|licences?|defences?|offences?"
    r"|travell(?:ed|er|ing)|labell(?:ed|ing)|modell(?:ed|ing)|signall(?:ed|ing)|fuell(?:ed|ing)|fulfil|enrol|skilful"
    r"|learnt|spelt|burnt|dreamt|leapt|judgement|acknowledgement|ageing|programme|cheques?|tyres?|kerbs?"
    r"|whilst|amongst|fortnight|rubbish|mum|telephon.*|postcodes?|anew|mend(?:ed|s|ing)?"
)
TWO_WORDS = re.compile(r"\bany\s+more\b(?! [a-z]+s\b)|\bfor\s+ever\b")
SPELLED_OTHERWISE = {
    "bball_tui/league/importing/presets.py": {"mum"},  # what files of others call their columns
    "bball_tui/league/roster/guardian.py": {"telephone"},
    "bball_tui/league/values/codes.py": {"mum"},  # what files of others hold
    "bball_tui/league/values/placeholders.py": {"mum"},
    "tests/mail/test_outcome.py": {"authorised"},  # what a mail server says
    "tests/mail/test_template_check.py": {"colour"},  # a slip that the check of templates explains
    "tests/tui/test_style_sheets.py": {"colour"},  # no name of a style, so that the sheet cannot be read
}
"""Files that must have such a word."""
BANNED = {
    r"\bcancell(ed|ing)\b": "canceled",
    r"\bpromis(e|ed|es|ing)\b(?! of)": "queued",
    r"\bstory\b": "history",
    r"\bput aside\b": "set aside",
    r"\bcalled like\b": "named",
    r"\blacks?\b": "is missing",
    r"\bmade void\b": "voided",
    r"\btaken back:": "undone",
    r"\bcomes? to stand\b": "go live",
    r"\bbelongs? into\b": "belongs in",
    r"\bwhoever has\b": "anyone with",
    r"\bThere is no [\w-]+ \{\w*id\}": "That … isn't in this league",
    r"(?<!batch )(?<!upload )\bpiles?\b": "stack of papers",
}
"""What no sentence on the screen says, and what it says instead."""
BROKEN = re.compile(r"[\"']\s*f?[\"']|\\\n")
"""Where a sentence is broken into lines, and nobody who reads it sees that."""


def texts() -> Iterator[Path]:
    """All that is written here: code, templates and documents."""
    yield from ROOT.glob("*.md")
    yield from (ROOT / "Makefile", ROOT / "pyproject.toml")
    for place in PLACES:
        for path in sorted((ROOT / place).rglob("*")):
            if path.suffix in SUFFIXES and "data" not in path.parts and path != Path(__file__):
                yield path


def sentences(path: Path) -> Iterator[tuple[int, str]]:
    """What of a module may come onto the screen: strings with a space, and what stands over a command."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    bare = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.decorator_list:
            shown = any(re.search(r"\baction\(|\.(command|group)\(", ast.unparse(one)) for one in node.decorator_list)
            if shown and (said := ast.get_docstring(node)):
                yield node.lineno, said
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in bare
            and " " in node.value
            and not re.search(r"\b(SELECT|DELETE|UPDATE|state IN)\b", node.value)
        ):
            yield node.lineno, node.value


@pytest.mark.slow
def test_nothing_is_spelled_the_british_way() -> None:
    found = []
    for path in texts():
        place = path.relative_to(ROOT).as_posix()
        text = path.read_text(encoding="utf-8").lower().replace("bball_analyse", "")
        words = {word for word in set(WORD.findall(text)) if BRITISH.fullmatch(word)}
        words |= {match[0] for match in TWO_WORDS.finditer(text)}
        for word in words - SPELLED_OTHERWISE.get(place, set()):
            number = next(one for one in re.finditer(rf"(?<![a-z]){word}(?![a-z])", text)).start()
            found.append(f"{place}:{text.count(chr(10), 0, number) + 1}: {word}")
    assert found == []


@pytest.mark.slow
def test_no_sentence_is_a_translation() -> None:
    """Such words are right, and nobody in the office of a league says them."""
    any_banned = re.compile("|".join(BANNED), re.IGNORECASE)
    found = [
        f"{path.relative_to(ROOT)}:{number}: {said!r}, better: {better}"
        for path in sorted(CODE.rglob("*.py"))
        if any_banned.search(BROKEN.sub("", path.read_text(encoding="utf-8")))  # to parse all takes seconds
        for number, said in sentences(path)
        if any_banned.search(said)
        for banned, better in BANNED.items()
        if re.search(banned, said, re.IGNORECASE)
    ]
    assert found == []
