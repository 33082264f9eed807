"""A database on another machine must show that it is the right one, unless someone says that it need not."""

from pathlib import Path

import pytest

from bball_tui.database.network import refuse_unverified
from bball_tui.database.opening import open_database
from bball_tui.errors import BballError
from bball_tui.settings import Settings, load_settings


def settings(tmp_path: Path, url: str, **others: str) -> Settings:
    environment = {"BBALL_CONFIG": str(tmp_path / "config.toml"), "BBALL_DATABASE_URL": url, **others}
    return load_settings(environment=environment)


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PGHOST", "PGHOSTADDR", "PGSSLMODE", "PGSERVICE"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("query", ["", "?sslmode=prefer", "?sslmode=disable", "?sslmode=require"])
async def test_another_machine_must_show_its_certificate(tmp_path: Path, query: str) -> None:
    url = f"postgresql://maria:geheim@db.example.org/league{query}"
    with pytest.raises(BballError, match=r"on db\.example\.org.*Add sslmode=verify-full.*database_tls") as refused:
        async with open_database(settings(tmp_path, url)):
            pass
    assert "geheim" not in str(refused.value)
    refuse_unverified(settings(tmp_path, url, BBALL_DATABASE_TLS="any"))


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://maria@db.example.org/league?sslmode=verify-full",
        "postgresql://maria@db.example.org/league?sslmode=verify-ca",
        "postgresql://maria@localhost/league",
        "postgresql://maria@127.0.0.1:6432/league?sslmode=disable",
        "postgresql://maria@[::1]/league",
        "postgresql:///league?host=/run/postgresql",
        "postgresql:///league",
    ],
)
def test_this_machine_or_a_verified_one_will_do(tmp_path: Path, url: str) -> None:
    refuse_unverified(settings(tmp_path, url))


@pytest.mark.parametrize("url", ["postgresql:///league?host=/tmp,db.example.org", "postgresql:///league?service=club"])
def test_one_host_of_several_or_a_service_may_be_another_machine(tmp_path: Path, url: str) -> None:
    with pytest.raises(BballError, match="nothing shows that it is the right server"):
        refuse_unverified(settings(tmp_path, url))


def test_what_libpq_is_told_by_the_environment_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", "db.example.org")
    with pytest.raises(BballError, match=r"db\.example\.org"):
        refuse_unverified(settings(tmp_path, "postgresql:///league"))
    monkeypatch.setenv("PGSSLMODE", "verify-full")
    refuse_unverified(settings(tmp_path, "postgresql:///league"))
