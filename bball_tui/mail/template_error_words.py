"""What is wrong with a template, in words for people who write one: Jinja's own are for programmers, and English."""

import re
from traceback import walk_tb

from jinja2 import TemplateError, UndefinedError

from bball_tui.language import _
from bball_tui.mail.template_dialect import NotAllowed, NotFilled

_TAG = re.compile(r"unknown tag '(?P<tag>\w+)'")
_OPEN = re.compile(r"needs to be closed is '(?P<open>\w+)'")
_UNDEFINED = re.compile(r"^'(?P<name>[^']{1,60})' is undefined")
_SIGN = re.compile(r"unexpected char (?P<sign>'.+?'|\".+?\") at")
_ENDS = frozenset({"else", "elif", "endif", "endblock", "endfor", "endset", "endmacro", "endcall", "endfilter"})


def jinja_words(error: TemplateError) -> str:
    """What is wrong, and what to do, without a full stop."""
    told = error.message or ""
    if isinstance(error, (NotAllowed, NotFilled)):
        return told
    if isinstance(error, UndefinedError) and (name := _UNDEFINED.search(told)):
        return _("there is no variable {name}: correct its name, or take it away").format(name=name["name"])
    tag, still = _TAG.search(told), _OPEN.search(told)
    if still is not None:
        begun = still["open"]
        return _("{{% {begun} … %}} is not closed: write {{% end{begun} %}} where it ends").format(begun=begun)
    if tag is not None and tag["tag"] in _ENDS:
        return _("{{% {tag} %}} has nothing before it that it belongs to: take it away, or add {{% if … %}}").format(
            tag=tag["tag"]
        )
    if tag is not None:
        return _("{{% {tag} %}} is no command: there are if, else, elif and endif").format(tag=tag["tag"])
    return _of_signs(told)


def _of_signs(told: str) -> str:
    if sign := _SIGN.search(told):
        return _("the sign {sign} cannot stand between the braces: take it away").format(sign=sign["sign"])
    if "end of comment" in told:
        return _("a comment is not closed: write #}} where it ends").format()
    if "end of raw" in told or "'endraw'" in told:
        return _("{{% raw %}} is not closed: write {{% endraw %}} where it ends").format()
    if "statement block" in told:
        said = _("a command between {begin} and {end} is not complete, such as {example}")
        return said.format(begin="{%", end="%}", example="{% if coach %}")
    return _("a variable is not complete: its name alone stands between {begin} and {end}").format(begin="{{", end="}}")


def line_of(error: BaseException) -> int | None:
    """The line of the template at which it went wrong, as far as that is known."""
    said = getattr(error, "lineno", None)
    if isinstance(said, int):
        return said
    # Jinja writes the template's own frames and lines into the traceback of what it met while it filled one.
    lines = [
        line
        for frame, line in walk_tb(error.__traceback__)
        if frame.f_code.co_name == "top-level template code" or frame.f_code.co_name.startswith("block ")
    ]
    return lines[-1] if lines else None
