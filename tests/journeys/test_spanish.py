"""The installed program on a computer that speaks Spanish."""

from pathlib import Path

from tests.journeys.conftest import clean_environment
from tests.journeys.terminal import CTRL_Q, terminal


def test_lang_chooses_the_language_of_the_screen(used_folder: Path) -> None:
    environment = clean_environment(used_folder) | {"LANG": "es_US.UTF-8"}
    with terminal(environment, rows=30, columns=100, loaded=False) as desk:
        desk.shows("La oficina de contratos de su liga", "Importar jugadores")
        desk.press("i")
        desk.shows("¿Cómo se llama su liga?", "Temporada")
        desk.rest()
        desk.press("\x1b")
        desk.shows("Abrir la liga de prueba")
        desk.press(CTRL_Q)
        assert desk.ended() == 0


def test_the_setting_wins(used_folder: Path) -> None:
    environment = clean_environment(used_folder) | {"LANG": "es_US.UTF-8", "BBALL_LANGUAGE": "en"}
    with terminal(environment, rows=30, columns=100) as desk:
        desk.shows("Your league's contract desk", "Open the demo league")
        desk.press(CTRL_Q)
        assert desk.ended() == 0
