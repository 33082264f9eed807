"""What `deploy/` says is what the program and the machine understand, as far as a test can ask them."""

import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import click
import msgspec
import pytest
import yaml

from bball_tui.cli.root import root
from bball_tui.settings import Settings, load_settings

TOP = Path(__file__).parent.parent
DEPLOY = TOP / "deploy"
UNITS = sorted(file.name for file in DEPLOY.iterdir() if file.suffix in (".service", ".timer"))


def understood(words: list[str]) -> None:
    """The command line takes ``words``; nothing is run."""
    command: click.Command = root
    context = click.Context(command, info_name="bball-tui")
    while True:
        rest = command.make_context(None, list(words), parent=context, resilient_parsing=False)
        if not isinstance(command, click.Group):
            return
        words = [*rest._protected_args, *rest.args]
        found = command.get_command(rest, words[0])
        assert found is not None, words
        command, words, context = found, words[1:], rest


@pytest.mark.parametrize("name", [name for name in UNITS if name.endswith(".service")])
def test_the_units_start_what_the_program_understands(name: str) -> None:
    (line,) = re.findall(r"^ExecStart=(.+)$", (DEPLOY / name).read_text(), re.MULTILINE)
    program, *words = shlex.split(line)
    assert program == "/opt/bball-tui/bin/bball-tui"
    understood(words)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_understands_the_units(tmp_path: Path) -> None:
    there = []
    for name in UNITS:
        file = tmp_path / name.replace("@.", "@westside.")
        program = shlex.quote(sys.executable)
        file.write_text((DEPLOY / name).read_text().replace("/opt/bball-tui/bin/bball-tui", program))
        there.append(str(file))
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", *there], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return loaded


def dockerfile(word: str) -> list[str]:
    """The arguments of every such instruction."""
    whole = (DEPLOY / "Dockerfile").read_text().replace("\\\n", " ")
    return re.findall(rf"^(?:HEALTHCHECK .*)?{word} (.+)$", whole, re.MULTILINE)


def test_the_containers_run_what_the_program_understands() -> None:
    understood(compose()["services"]["worker"]["command"])
    for line in dockerfile("CMD"):
        words = msgspec.json.decode(line.encode(), type=list[str])
        understood(words[1:] if words[0] == "bball-tui" else words)


def test_what_the_documents_run_in_containers_is_understood() -> None:
    text = (TOP / "docs" / "operations.md").read_text(encoding="utf-8")
    lines = [shlex.split(line, comments=True) for line in re.findall(r"^docker compose .+$", text, re.MULTILINE)]
    files = {words[words.index("-f") + 1] for words in lines}
    assert [file for file in files if not (TOP / file).is_file()] == []
    run = [words[words.index("worker") + 1 :] for words in lines if "run" in words]
    assert len(run) > 2
    for words in run:
        understood(words[: words.index(">")] if ">" in words else words)
    assert {words[words.index("exec") + 1] for words in lines if "exec" in words} <= set(compose()["services"])


def test_no_name_is_set_that_the_program_does_not_read() -> None:
    known = {f"BBALL_{field.upper()}" for field in Settings.__struct_fields__} | {"BBALL_CONFIG"}
    places = [*DEPLOY.iterdir(), TOP / "docs" / "operations.md", TOP / "docs" / "scale.md", TOP / "README.md"]
    named = {name for place in places for name in re.findall(r"\bBBALL_[A-Z_]+", place.read_text(encoding="utf-8"))}
    assert {"BBALL_CONFIG", "BBALL_DATA_DIR", "BBALL_DATABASE_URL"} <= named
    assert named <= known


def test_the_image_is_built_from_what_is_there_and_all_that_the_wheel_needs() -> None:
    copied = {word for line in dockerfile("COPY") if "--from" not in line for word in line.split()[:-1]}
    project = tomllib.loads((TOP / "pyproject.toml").read_text())
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {*wheel["packages"], *wheel["force-include"], "pyproject.toml", project["project"]["readme"]}
    assert needed | set(project["project"]["license-files"]) == {one.removeprefix("./") for one in copied}
    allowed = {line[1:] for line in (TOP / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert copied <= allowed
    assert all((TOP / one).exists() for one in copied)


def test_the_parts_of_the_composition_fit_together() -> None:
    services = compose()["services"]
    worker, database = services["worker"], services["database"]
    assert (DEPLOY / worker["build"]["context"] / worker["build"]["dockerfile"]).resolve() == DEPLOY / "Dockerfile"
    mounts = {source: target for source, target, *_ in (one.split(":") for one in worker["volumes"])}
    environment = dict(pair.split("=", 1) for line in dockerfile("ENV") for pair in line.split())
    assert mounts["./config.toml"] == environment["BBALL_CONFIG"]
    assert mounts["state"] == environment["BBALL_DATA_DIR"]
    assert f"socket:{mounts['socket']}" in database["volumes"]
    assert "ports" not in database
    assert {one.split(":")[0] for one in (*worker["volumes"], *database["volumes"])} - {"./config.toml"} == set(
        compose()["volumes"]
    )
    ignored = (TOP / ".gitignore").read_text().splitlines()
    for secret in ("config.toml", "postgres-password"):
        assert f"deploy/{secret}" in ignored


def test_the_example_of_the_settings_can_be_read(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    # What is there as a proposal must be right, too.
    file.write_text(re.sub(r"(?m)^# (\w+ = )", r"\1", (DEPLOY / "config.example.toml").read_text()))
    file.chmod(0o600)
    settings = load_settings(environment={"BBALL_CONFIG": str(file)})
    assert settings.database_url is not None
    assert "host=/var/run/postgresql" in settings.database_url.reveal()
    westside = settings.of_league("westside", several=True)
    assert westside.may_send
    assert westside.alert_webhook is not None
    assert westside.groupme_token is not None
    assert westside.template_dir is not None
