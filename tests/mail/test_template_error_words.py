"""What is wrong with a template, in words for people who write one."""

import pytest
from jinja2 import DictLoader, TemplateError

from bball_tui.mail.template_dialect import MailEnvironment
from bball_tui.mail.template_error_words import jinja_words, line_of


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("{{ name", "a variable is not complete: its name alone stands between {{ and }}"),
        ("{{ first name }}", "a variable is not complete: its name alone stands between {{ and }}"),
        ("{{ name ? }}", "the sign '?' cannot stand between the braces: take it away"),
        ("{% if coach %}Hello", "{% if … %} is not closed: write {% endif %} where it ends"),
        ("{% if coach %}{% endblock %}", "{% if … %} is not closed: write {% endif %} where it ends"),
        ("{% endif %}", "{% endif %} has nothing before it that it belongs to: take it away, or add {% if … %}"),
        ("{% when coach %}", "{% when %} is no command: there are if, else, elif and endif"),
        ("{% if %}Hello{% endif %}", "a command between {% and %} is not complete, such as {% if coach %}"),
        ("{# a thought", "a comment is not closed: write #} where it ends"),
        ("{% raw %}{{", "{% raw %} is not closed: write {% endraw %} where it ends"),
        ("{{ nobody }}", "there is no variable nobody: correct its name, or take it away"),
        ("{% block a %}{{ nobody }}{% endblock %}", "there is no variable nobody: correct its name, or take it away"),
        ("{{ 7 * 7 }}", "Arithmetic may not be used in an e-mail template"),
    ],
)
def test_a_fault_is_said_without_the_words_of_jinja(source: str, words: str) -> None:
    with pytest.raises(TemplateError) as raised:
        MailEnvironment(DictLoader({})).from_string(f"Hello,\n\n{source}").render()
    assert (jinja_words(raised.value), line_of(raised.value)) == (words, 3)
