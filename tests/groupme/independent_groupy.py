"""A client that no one here wrote (GroupyAPI) against the fake server, in an environment of its own.

Run by ``make groupy``: ``ENVIRONMENT/bin/python tests/groupme/independent_groupy.py PROJECT_PYTHON``. It starts the
fake server with the project's Python, works with it as the client's documentation says, and exits with 1 when an
answer is not what that client expects.
"""

import json
import logging
import subprocess
import sys
from importlib import import_module
from typing import Any

GROUPS = 23
"""More than two pages of the client's own size."""

PERSON = "jonas@westside.test"


def main(project_python: str) -> None:
    arguments = [argument for n in range(GROUPS) for argument in ("--group", f"Team {n}")]
    arguments += ["--person", PERSON]
    server = subprocess.Popen(
        [project_python, "-m", "bball_tui.groupme.fake", *arguments], stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        started = json.loads(server.stdout.readline())
        use(started["url"], started["token"])
    finally:
        server.terminate()
        server.wait(timeout=60)


def use(url: str, token: str) -> None:
    # It logs each 503 with a traceback.
    logging.disable()
    # Its address is an attribute of the class, read when a client is made.
    import_module("groupy.api.base").Manager.base_url = f"{url}/v3/"
    client: Any = import_module("groupy.client").Client.from_token(token)

    me = client.user.get_me()
    check("the account", me["name"], "Maria Coordinator")
    check("all pages of the list", len(list(client.groups.list().autopage())), GROUPS)
    check("the list without members", len(list(client.groups.list(omit="memberships").autopage())), GROUPS)

    group = client.groups.create("Hawks U12", description="Westside", share=True)
    check("the name of the new group", group.name, "Hawks U12")
    check("the share link", group.share_url.startswith(f"https://groupme.com/join_group/{group.id}/"), True)
    check("the group itself", client.groups.get(group.id).description, "Westside")

    group.update(name="Hawks U12 Blue")
    check("the new name", client.groups.get(group.id).name, "Hawks U12 Blue")

    request = group.memberships.add("Jonas Coach", email=PERSON)
    not_yet = import_module("groupy.exceptions").BadResponse
    # Its own poll() ends at the first 503, so those are read away by hand.
    for _ in range(10):
        try:
            request.check_if_ready()
        except not_yet:
            continue
        break
    results = request.get()
    check("no one failed to be added", list(results.failures), [])
    check("who was added", [member.nickname for member in results.members], ["Jonas Coach"])
    check("the roster", len(client.groups.get(group.id).members), 2)

    message = group.post(text="Welcome")
    check("a message", message.text, "Welcome")
    check("the end of a group", group.destroy(), True)
    check("the list afterwards", len(list(client.groups.list().autopage())), GROUPS)


def check(what: str, found: object, wanted: object) -> None:
    if found != wanted:
        raise SystemExit(f"{what}: {found!r} instead of {wanted!r}")
    sys.stdout.write(f"ok  {what}\n")


if __name__ == "__main__":
    main(sys.argv[1])
