"""The league's mail account as people type it, and as "Set up e-mail" shows it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bball_tui.errors import BballError
from bball_tui.mail.providers import BY_ID, OWN, PROVIDERS, Provider


@dataclass(frozen=True, slots=True)
class Account:
    """What the fields say. ``credentials`` is the path of Google's file; an empty ``password`` keeps the known one."""

    provider: str = PROVIDERS[0].id
    server: str = PROVIDERS[0].host
    port: str = str(PROVIDERS[0].port)
    tls: str = PROVIDERS[0].tls.value
    login: str = ""
    password: str = field(default="", repr=False)
    credentials: str = ""

    @property
    def scheme(self) -> str:
        """How mails reach the provider: the name of one of ``transports.SCHEMES``."""
        return BY_ID.get(self.provider, BY_ID[OWN]).scheme

    def at(self, provider: Provider) -> "Account":
        """The same person at another provider, whose server is filled in."""
        server, port = provider.host, str(provider.port)
        return replace(self, provider=provider.id, server=server, port=port, tls=provider.tls.value, password="")


class WrongFields(BballError):
    """Some fields cannot be; ``problems`` says for each by its name what is wrong."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = dict(problems)
