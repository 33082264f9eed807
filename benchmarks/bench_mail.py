"""What a mail costs to write, and to check, once the templates are compiled."""

import time
from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory

import msgspec
from msgspec.structs import replace

from bball_tui.mail.checks import check
from bball_tui.mail.context import MessageContext
from bball_tui.mail.kinds import KINDS
from bball_tui.mail.render import RenderedMessage, Renderer
from bball_tui.mail.samples import sample_context
from bball_tui.mail.templates import packaged
from bball_tui.resources import folder
from bball_tui.settings import Settings
from benchmarks.report import Result, middle

ROUNDS = 400
DATE = datetime(2027, 3, 6, 12, tzinfo=UTC)


def contexts() -> dict[str, MessageContext]:
    """Each kind in each language that comes with the program."""
    found = {}
    for kind in KINDS:
        sample = sample_context(kind)
        for language in ("en", "es"):
            facts = msgspec.structs.replace(sample.facts, language=language)
            found[f"{kind} {language}"] = replace(sample, facts=facts)
    return found


def write(renderer: Renderer, context: MessageContext) -> RenderedMessage:
    return renderer.render(context, recipient="a@families.test", message_id="<bench@mail.test>", date=DATE)


def timed(renderer: Renderer, context: MessageContext) -> float:
    samples = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        write(renderer, context)
        samples.append(time.perf_counter() - began)
    return middle(samples)


async def run() -> list[Result]:
    renderer = Renderer(Settings(data_dir=Path(), config_dir=Path()))
    packaged.cache_clear()
    began = time.perf_counter()
    mails = {name: (context, write(renderer, context)) for name, context in contexts().items()}
    compiling = (time.perf_counter() - began) * 1000
    costs = {name: timed(renderer, context) for name, (context, _) in mails.items()}
    dearest = max(costs, key=lambda name: costs[name])
    with TemporaryDirectory() as own:
        copytree(str(folder("templates")), f"{own}/templates")
        settings = Settings(data_dir=Path(), config_dir=Path(), template_dir=Path(own, "templates"))
        context = mails[dearest][0]
        own_renderer = Renderer(settings)
        assert write(own_renderer, context).mime == mails[dearest][1].mime
        guarded = timed(own_renderer, context)
    checking = []
    context, message = mails[dearest]
    for _ in range(ROUNDS):
        began = time.perf_counter()
        check(message, context)
        checking.append(time.perf_counter() - began)
    average = sum(costs.values()) / len(costs)
    return [
        Result("write a mail", costs[dearest], 0.15, f"median of {dearest}, the dearest; all: {average:.2f} ms", "ms"),
        Result("write it from the league's own template", guarded, 1, "with the limits that guard it", "ms"),
        Result("check a written mail", middle(checking), 2, "links, pictures, leftovers, size, contrast", "ms"),
        Result("compile all templates, once", compiling, 1000, f"{len(mails)} mails, the first of each", "ms"),
    ]
