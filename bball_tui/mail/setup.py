"""Set up e-mail: from what people type to the mail URL and back, and the look whether its login works."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.mail.account import Account, WrongFields
from bball_tui.mail.transports import SCHEMES, parse_mail_url
from bball_tui.settings import SecretUrl, Settings


def fields_of(account: Account) -> tuple[str, ...]:
    """The fields that the account's provider wants, by their names in :class:`Account`."""
    return SCHEMES[account.scheme].fields


def account_of(url: SecretUrl | None) -> Account:
    """The account that ``url`` stands for, without its password; the first provider's when it is none."""
    if url is None:
        return Account()
    try:
        scheme, target = parse_mail_url(url)
    except BballError:
        return Account()
    return scheme.account(target)


def has_password(account: Account, known: SecretUrl | None) -> bool:
    """Whether ``known`` holds the password of this login at this server, so that it need not be typed again."""
    target = _known(known, account.scheme)
    return target is not None and SCHEMES[account.scheme].known_password(account, target) is not None


def mail_url(account: Account, known: SecretUrl | None = None) -> SecretUrl:
    """The mail URL for ``account``.

    Of ``known``, the URL until now, the password stays when none was typed, and options such as ``rate`` stay, both
    only for the very same server (and login).

    Raises:
        WrongFields: what cannot be, field by field.
    """
    scheme = SCHEMES[account.scheme]
    options = {} if known is None else dict(parse_qsl(urlsplit(known.reveal()).query))
    url = scheme.url(account, _known(known, scheme.name), options)
    try:
        parse_mail_url(url)
    except BballError as error:
        raise WrongFields({scheme.fields[0]: str(error)}) from None
    return url


async def login_trouble(settings: Settings, url: SecretUrl) -> str | None:
    """What is in the way of sending through ``url``, with the way out; None when nothing is. Nothing is sent.

    Raises:
        BballError: the URL, or a file that it names, is not usable.
    """
    scheme, target = parse_mail_url(url)
    if (host := await scheme.unknown_host(target)) is not None:
        return _(
            "There is no server called {host}. Check its spelling and that this computer is online; nothing was sent."
        ).format(host=host)
    transport = scheme.trial(target, settings)
    try:
        trouble = await transport.check()
    finally:
        await transport.close()
    return None if trouble is None else scheme.login_trouble(trouble, target)


def _known(url: SecretUrl | None, scheme: str) -> Any:
    """What ``url`` says, if it is one of this scheme that can be read."""
    try:
        found, target = (None, None) if url is None else parse_mail_url(url)
    except BballError:
        return None
    return target if found is not None and found.name == scheme else None
