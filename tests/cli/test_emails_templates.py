"""`emails check|sample|copy`: no database is needed to work on a template."""

from pathlib import Path

import pytest

from tests.cli.conftest import CommandLine


def test_a_leagues_own_templates_are_looked_at(without_database: CommandLine, tmp_path: Path) -> None:
    ran = without_database("emails", "check")
    assert ran.code == 0
    assert "BBALL_TEMPLATE_DIR" in ran.err

    own = tmp_path / "own"
    without_database.setenv("BBALL_TEMPLATE_DIR", str(own))
    assert without_database("emails", "check").code == 1

    (own / "contract_signed" / "es").mkdir(parents=True)
    (own / "contract_signed" / "subject.txt").write_text("{{ playr }}", encoding="utf-8")
    ran = without_database("emails", "check")
    assert ran.code == 1
    assert "error: contract_signed/subject.txt, line 1: There is no variable playr. Did you mean player?" in ran.out
    assert "1 error: until they are fixed, the standard e-mail goes out instead." in ran.err

    ran = without_database("emails", "check", "--kind", "contract_signed", "--json")
    assert ran.code == 1
    assert ran.json["usable"] is False
    assert list(ran.json["findings"][0]) == ["file", "line", "level", "problem"]

    for file in (own / "contract_signed" / "subject.txt", own / "contract_signed" / "es" / "subject.txt"):
        file.write_text("{{ player }}", encoding="utf-8")
    ran = without_database("emails", "check", "--json")
    assert (ran.code, ran.json["usable"], ran.json["findings"]) == (0, True, [])


@pytest.mark.slow
def test_from_the_first_copy_to_the_last_look(without_database: CommandLine, tmp_path: Path) -> None:
    assert without_database("emails", "copy", "contract_offered").code == 1

    own = tmp_path / "own"
    without_database.setenv("BBALL_TEMPLATE_DIR", str(own))
    ran = without_database("emails", "copy", "contract_offered", "--language", "fr", "--layout", "--json")
    assert ran.code == 0
    assert ran.json["written"] == [
        "contract_offered/fr/subject.txt",
        "contract_offered/fr/body.txt",
        "contract_offered/fr/body.mjml",
        "_shared/fr/words.toml",
        "_shared/layout.mjml",
    ]
    assert without_database("emails", "check", "--json").json["findings"] == []

    subject = own / "contract_offered" / "fr" / "subject.txt"
    subject.write_text("Une place pour {{ player_first }}", encoding="utf-8")
    again = without_database("emails", "copy", "contract_offered", "--language", "fr", "--json").json
    assert (again["written"], len(again["kept"])) == ([], 4)

    ran = without_database("emails", "sample", "contract_offered", "--language", "fr-ca")
    assert ran.out.startswith("Subject: Une place pour Maya\n\nHi Ngozi,")
    assert (
        '<html lang="fr"' in without_database("emails", "sample", "contract_offered", "--language", "fr", "--html").out
    )
    assert without_database("emails", "sample", "contract_offered", "--language", "!").code == 1

    subject.write_text("{{ nobody }}", encoding="utf-8")
    ran = without_database("emails", "sample", "contract_offered", "--language", "fr")
    assert "! Your own template contract_offered could not be used" in ran.err
