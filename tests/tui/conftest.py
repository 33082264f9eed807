"""Settings with which the screen alone acts."""

import msgspec
import pytest

from bball_tui.settings import Settings


@pytest.fixture
def quiet(settings: Settings) -> Settings:
    """Without a worker of its own: nothing leaves or changes but by keys."""
    return msgspec.structs.replace(settings, worker=False)


@pytest.fixture
def still(quiet: Settings) -> Settings:
    """Without animations, too."""
    return msgspec.structs.replace(quiet, animations=False)


@pytest.fixture
def mailless(quiet: Settings) -> Settings:
    """Without a mail server, too."""
    return msgspec.structs.replace(quiet, mail_url=None)
