"""`bball-tui emails check|sample|copy`: a league's own templates, from the first copy to the last look."""

import sys
from pathlib import Path

import click
import msgspec
from msgspec import Struct
from msgspec.structs import replace

from bball_tui.cli.context import current_settings
from bball_tui.cli.output import echo_json, echo_plain, narrate, plain
from bball_tui.errors import BballError
from bball_tui.mail.checks import check, parts
from bball_tui.mail.kinds import KINDS
from bball_tui.mail.languages import ENGLISH
from bball_tui.mail.render import Renderer
from bball_tui.mail.safe_values import language_tag
from bball_tui.mail.samples import SAMPLE_DATE, sample_context
from bball_tui.mail.template_check import Finding, Level, check_templates
from bball_tui.mail.template_copy import copy_templates
from bball_tui.wording import counted

KIND = click.Choice(list(KINDS))
HOW = (
    "To write your own, make a folder, name it in BBALL_TEMPLATE_DIR, and begin with: "
    "bball-tui emails copy contract_signed"
)


class CheckResult(Struct, frozen=True):
    """The JSON of `emails check`. ``usable``: no template was found that mails would have to go without."""

    folder: str | None
    usable: bool
    findings: tuple[Finding, ...]


class CopyResult(Struct, frozen=True):
    """The JSON of `emails copy`."""

    folder: str
    written: tuple[str, ...]
    kept: tuple[str, ...]


@click.command("check")
@click.option("--kind", type=KIND, help="Only this kind of e-mail.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def emails_check(kind: str | None, as_json: bool) -> int:
    """Look at the league's own e-mail templates: what is misspelt, what is missing, what a family would see.

    Run it whenever a template was saved. A template with an error is never used: the standard e-mail goes out instead.
    """
    settings = current_settings()
    where = settings.template_dir
    if where is None:
        if as_json:
            echo_json(CheckResult(None, True, ()))
        narrate(f"The league has no templates of its own, so all e-mails are the standard ones. {HOW}")
        return 0
    if not where.is_dir():
        raise BballError(f"There is no folder {where}. Make it, or correct BBALL_TEMPLATE_DIR.")
    findings = check_templates(where, settings, [kind] if kind else list(KINDS))
    errors = sum(finding.level is Level.ERROR for finding in findings)
    if as_json:
        echo_json(CheckResult(str(where), errors == 0, findings))
    else:
        for finding in findings:
            place = finding.file if finding.line is None else f"{finding.file}, line {finding.line}"
            click.echo(plain(f"{finding.level}: {place}: {finding.problem}"))
    narrate(_verdict(errors, len(findings) - errors))
    return 1 if errors else 0


def _verdict(errors: int, warnings: int) -> str:
    if errors:
        return f"{counted(errors, 'error')}: until they are fixed, the standard e-mail goes out instead."
    if warnings:
        return f"These templates will be used; {counted(warnings, 'thing')} to look at."
    return "All is well: these templates will be used."


@click.command("sample")
@click.argument("kind", type=KIND)
@click.option("--language", metavar="TAG", default=ENGLISH, help="Such as es.")
@click.option("--text", "part", flag_value="text", default="text", help="The part for plain readers (the default).")
@click.option("--html", "part", flag_value="html", help="The part with the look.")
@click.option("--raw", "part", flag_value="raw", help="The whole e-mail as it would go out.")
def emails_sample(kind: str, language: str, part: str) -> int:
    """Show a kind of e-mail with invented people, written from the templates that are in use."""
    sample = sample_context(kind)
    facts = msgspec.structs.replace(sample.facts, language=language_tag(language))
    context = replace(sample, facts=facts)
    mail = Renderer(current_settings()).render(
        context,
        recipient="sample@families.test",
        message_id="<sample@bball-tui.invalid>",
        date=SAMPLE_DATE,
    )
    if part == "raw":
        sys.stdout.buffer.write(mail.mime)
    elif part == "html":
        echo_plain(parts(mail.mime).html)
    else:
        echo_plain(f"Subject: {mail.subject}\n\n{parts(mail.mime).text}")
    for warning in check(mail, context):
        narrate(f"! {warning.text}")
    return 0


@click.command("copy")
@click.argument("kind", type=KIND)
@click.option("--language", metavar="TAG", default=ENGLISH, help="Such as es; a new language begins in English.")
@click.option("--layout", is_flag=True, help="The layout that all kinds share as well.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def emails_copy(kind: str, language: str, layout: bool, as_json: bool) -> int:
    """Copy the standard templates of a kind into the league's own folder, to begin from. Nothing is overwritten."""
    where = current_settings().template_dir
    if where is None:
        raise BballError("No folder is set for the league's own templates. Name one in BBALL_TEMPLATE_DIR.")
    result = _copied(where, kind, language_tag(language), layout)
    if as_json:
        echo_json(result)
    else:
        for name in result.written:
            click.echo(plain(f"written: {where / name}"))
    for name in result.kept:
        narrate(f"{where / name} was there already and stays as it is.")
    narrate("Change what should differ, remove the rest, then run: bball-tui emails check")
    return 0


def _copied(where: Path, kind: str, language: str, layout: bool) -> CopyResult:
    try:
        written, kept = copy_templates(where, kind, language, layout=layout)
    except OSError as error:
        raise BballError(f"{where} cannot be written: {error.strerror or error}.") from None
    return CopyResult(str(where), written, kept)
