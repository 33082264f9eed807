"""The importer's hints name options of the command line; on the screen the same ways out have other names."""

import re

from bball_tui.language import _

_WAYS = (
    (re.compile(_(r"say so with --map “[^”]*”")), _("say so with ctrl+l")),
    (re.compile(_(r"Choose (?:it|one) with --sheet NAME")), _("Choose it in the field Sheet")),
    (re.compile(_(r"Leave --sheet out")), _("Leave the field Sheet as it is")),
    (re.compile(_(r" Leave --encoding out(?: to see what is likely)?\.")), ""),
    (re.compile(_(r"import it again with --encoding [a-z0-9+-]+")), _("look at its preview and import it from there")),
    (re.compile(_(r"leave it out with --ignore-column; else")), _("leave it out with ctrl+l; else")),
    (re.compile(_(r"with --ignore-column if the names differ")), _("with ctrl+l")),
    (re.compile(_(r"or leave it out with --ignore-column “[^”]*”")), _("or match the columns with ctrl+l")),
    (
        re.compile(_(r"Say so with --date-order mdy \(month/day/year\) or --date-order dmy \(day/month/year\)")),
        _("Choose their order in the field Dates"),
    ),
    (re.compile(_(r"Import it with --split-names to split them")), _("Tick “split whole names” to split them")),
    (
        re.compile(
            _(r"Say --same-child \w+ if only the birthdate was corrected, or --new-child \w+ if it is another child")
        ),
        _("Say so with ctrl+r"),
    ),
    (re.compile(_(r"Say --use-address \w+ if it is meant")), _("Tick the row with ctrl+r if it is meant")),
    (re.compile(_(r"use --date-order \w+")), _("choose that in the field Dates")),
    (re.compile(_(r"say with --season NAME into which one")), _("type in the field Season into which one")),
    (re.compile(_(r"Say which one with --season NAME")), _("Type its name into the field Season, such as Spring 2027")),
)


def on_screen(sentence: str) -> str:
    """``sentence`` with what the dialog has instead of options."""
    for option, field in _WAYS:
        sentence = option.sub(field, sentence)
    return sentence
