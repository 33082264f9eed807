"""A mail that is put together from its skeleton is byte for byte the mail that Jinja and MJML write."""

from collections.abc import Iterator, Mapping

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import nodes
from markupsafe import escape
from msgspec.structs import replace

from bball_tui.mail.context import MessageContext
from bball_tui.mail.kinds import KINDS
from bball_tui.mail.kinds.base import Value
from bball_tui.mail.kinds.message import MessageMail
from bball_tui.mail.mime import quoted_printable
from bball_tui.mail.safe_values import one_line
from bball_tui.mail.samples import sample_context
from bball_tui.mail.skeleton import PLAIN, Skeleton, shape_of, skeleton_of
from bball_tui.mail.templates import LAYOUT, SHARED, html_of, packaged
from bball_tui.mail.variables import variables
from tests.mail.factory import DATE
from tests.support.examples import examples

LANGUAGES = ("en", "es")
HOSTILE = [
    "Ana\r\nBcc: all@example.com",
    "</mj-text><mj-raw><script>alert(1)</script></mj-raw>",
    "{{ league_name }}{% if x %}",
    '"><img src=x onerror=alert(1)>',
    "<mj-include path='/etc/passwd' />",
    "<!-- --> ]]> <![endif]-->",
    "`^team^` `^player^`",
    "`^nothing^`",
    'O\'Neill & Sons, "Jr." \\ \\u{41}',
    "&amp;lt; &#60; &nbsp;",
    "=3D=20 =\u00e9.",
    ".",
    "\u05e0\u05d5\u05e2\u05d4\u202e\u05dc\u05d5\u05d9 \u0301e\u0301",
    "\U0001f469\u200d\U0001f469\u200d\U0001f467 Kim \u674e \u202f\u00a0\u00ad",
    "x" * 300,
    "\u00e9" * 90,
    "\ue000team\ue001",
]
TEXTS = st.one_of(
    st.sampled_from(HOSTILE),
    st.from_regex(PLAIN, fullmatch=True),
    st.text(st.sampled_from(" ab=.&<>'\"\u00e9`^"), max_size=90),
    st.text(max_size=40),
    st.just(""),
).map(one_line)


LINK = "https://groupme.com/join_group/1/a?b=c&d=e"


def samples() -> Iterator[MessageContext]:
    for kind in KINDS:
        sample = sample_context(kind)
        trials = [sample.facts, sample.facts.sparse(), *(facts for _, facts in sample.facts.further_trials())]
        for facts in trials:
            for chat_url in {sample.chat_url, LINK}:
                yield replace(sample, facts=facts, chat_url=chat_url)


SAMPLES = list(samples())


def given_to(context: MessageContext, language: str, *, can_reply: bool = True) -> dict[str, Value]:
    words = packaged().words(language)
    return variables(context, language, words, can_reply=can_reply, today=context.brand.day(DATE))


def both_ways(kind: str, language: str, values: dict[str, Value]) -> tuple[bytes, bytes]:
    templates = packaged()
    html = templates.write(kind, (language, "en"), lambda *_: values).html
    name = f"{kind}/body.mjml" if language == "en" else f"{kind}/{language}/body.mjml"
    return html, quoted_printable(html_of(templates.template(name).render(values)))


def skeleton_for(kind: str, language: str, values: dict[str, Value]) -> Skeleton | None:
    """What was kept when the mail was written."""
    name = packaged()._found[kind, (language, "en")][-1][1]
    (skeleton,) = packaged()._skeletons[name, *shape_of(values).values()]
    return skeleton


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("can_reply", [True, False])
def test_every_sample_is_the_same_and_has_a_skeleton(language: str, can_reply: bool) -> None:
    for context in SAMPLES:
        values = given_to(context, language, can_reply=can_reply)
        quick, slow = both_ways(context.facts.kind, language, values)
        assert quick == slow
        skeleton = skeleton_for(context.facts.kind, language, values)
        assert skeleton is not None
        assert skeleton.fits(values)


@pytest.mark.slow
@settings(max_examples=examples(300), deadline=None)
@given(data=st.data())
def test_whatever_people_wrote_the_bytes_are_the_same(data: st.DataObject) -> None:
    context = data.draw(st.sampled_from(SAMPLES))
    language = data.draw(st.sampled_from(LANGUAGES))
    values = given_to(context, language, can_reply=data.draw(st.booleans()))
    look = {"language", "direction", "brand_color", "text_on_brand", "logo_url"}
    written = {
        name: data.draw(TEXTS, label=name) if isinstance(value, str) and name not in look else value
        for name, value in values.items()
    }
    written["brand_color"] = data.draw(st.from_regex(r"#[0-9a-f]{6}", fullmatch=True))
    written["logo_url"] = data.draw(st.sampled_from([None, "https://cdn.example.org/a.png?x=1&y=%5Eteam~"]))
    quick, slow = both_ways(context.facts.kind, language, written)
    assert quick == slow


STAFF = st.lists(
    st.one_of(
        st.sampled_from(
            [
                *("Hi {{ player_first }}, ", "**{{ team }}**", "\n\n", "- {{ signer }}\n", "> {{ guardian }}\n", "# "),
                *("[the chat]({{ chat_url }})", "{{ chat_url }}", "<https://league.example/?a=b&c=d>", "^`"),
                *("{% if due_on %}by {{ due_on }}{% else %}soon{% endif %}", "\\`^team^\\`", "\\`^", "\\`^nothing^\\`"),
                *("\U0001f3c0", "<b>&amp;", "=20 " * 30, "\\u{41} ", "{{ team }}" * 9),
            ]
        ),
        st.text("ab .=\u00e9<'\n", max_size=60),
    ),
    min_size=1,
    max_size=8,
).map("".join)


@pytest.mark.slow
@settings(max_examples=examples(300), deadline=None)
@given(data=st.data())
def test_a_message_of_staff_is_the_same_whatever_they_and_the_families_are_called(data: st.DataObject) -> None:
    sample = sample_context(MessageMail.kind)
    names = ("player_first", "player_last", "team", "signer", "guardian_first", "guardian_last")
    written = {name: data.draw(TEXTS, label=name) for name in names}
    facts = replace(sample.facts, subject="{{ team }}: news", text=data.draw(STAFF), **written)
    chat_url = data.draw(st.sampled_from([None, "https://groupme.com/join_group/1/a?b=c&d=e'"]))
    language = data.draw(st.sampled_from(LANGUAGES))
    values = given_to(replace(sample, facts=facts, chat_url=chat_url), language)
    for _ in range(2):
        quick, slow = both_ways(MessageMail.kind, language, values)
        assert quick == slow


@pytest.mark.parametrize(("text", "kept"), [("Hi {{ team }}", True), ("Hi \\`^team^\\`", False)])
def test_what_staff_wrote_makes_no_hole_of_its_own(text: str, kept: bool) -> None:
    sample = sample_context(MessageMail.kind)
    values = given_to(replace(sample, facts=replace(sample.facts, text=text)), "en")
    quick, slow = both_ways(MessageMail.kind, "en", values)
    assert quick == slow
    skeleton = skeleton_for(MessageMail.kind, "en", values)
    assert (skeleton is not None and skeleton.fits(values)) is kept


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_changes_nothing_but_its_own_hole(text: str) -> None:
    for context in SAMPLES:
        if context.chat_url != LINK:
            continue  # the link is no text of people, and has its own hole whichever it is
        values = given_to(context, "en")
        for name, value in values.items():
            # What the shape has as it is was checked before; here it shows that it makes no hole.
            if isinstance(value, str) and name in msgspec.structs.asdict(context.facts) and value:
                said = values | {name: one_line(text)}
                quick, slow = both_ways(context.facts.kind, "en", {**said, **context.facts.composed(said)})
                assert quick == slow, name


def test_every_plain_character_is_written_by_the_skeleton_as_by_mjml() -> None:
    plain = [chr(number) for number in range(0x20, 0xFFFF) if PLAIN.fullmatch(chr(number))]
    assert len(plain) > 20_000
    assert "\\" not in plain
    values = given_to(sample_context("contract_signed"), "en")
    for start in range(0, len(plain), 4000):
        text = one_line("x" + "".join(plain[start : start + 4000]))
        quick, slow = both_ways("contract_signed", "en", values | {"team": text, "player_first": text})
        assert quick == slow


def test_a_template_that_does_more_than_show_a_text_has_no_skeleton() -> None:
    def shouted(values: Mapping[str, Value]) -> str:
        return f"<p>{escape(str(values['team']).upper())}</p>"

    def shown(values: Mapping[str, Value]) -> str:
        return f"<p>{escape(values['team'])}</p>"

    assert skeleton_of(shape_of({"team": "Hawks", "language": "`^team^`"}), shown) is None
    shape = shape_of({"team": "Hawks"})
    assert skeleton_of(shape, shouted) is None
    skeleton = skeleton_of(shape, shown)
    assert skeleton is not None
    assert skeleton.fill({"team": "<b>"}) == b"<p>&lt;b&gt;</p>\r\n"


def test_our_bodies_show_texts_and_ask_whether_they_are_there() -> None:
    templates = packaged()
    names = [f"{SHARED}/{LAYOUT}", *(f"{kind}/{folder}body.mjml" for kind in KINDS for folder in ("", "es/"))]
    for name in names:
        source = templates.load(name)
        assert source is not None, name
        assert "`" not in source
        assert "^" not in source
        tree = templates.environment.parse(source)
        for kind in (nodes.Filter, nodes.Test, nodes.Compare, nodes.Concat, nodes.CondExpr):
            assert tree.find(kind) is None, (name, kind)


PIECES = st.lists(
    st.one_of(st.sampled_from(["`^a^`", "`^b^`", "\n", "x" * 75, "=" * 30]), st.text("ab .=\u00e9<\n", max_size=90))
)


@given(PIECES, st.text("ab =.\u00e9<&'", min_size=1, max_size=160), st.sampled_from([".", "x", "=", "x" * 76]))
def test_a_filled_skeleton_breaks_its_lines_where_the_whole_would(pieces: list[str], one: str, other: str) -> None:
    one = one_line(one) or "."
    html = "".join(pieces)
    whole = html.replace("`^a^`", str(escape(one))).replace("`^b^`", str(escape(other)))
    skeleton = Skeleton(html)
    for _ in range(2):
        assert skeleton.fill({"a": one, "b": other}) == quoted_printable(whole)


@pytest.mark.parametrize("length", [*range(70, 82), *range(146, 156)])
def test_a_text_may_end_with_its_line_wherever_that_is(length: int) -> None:
    for text in ("x" * length, "\u00e9" * (length // 6) + "x" * (length % 6)):
        assert Skeleton("<p>\n`^a^`\n</p>").fill({"a": text}) == quoted_printable(f"<p>\n{text}\n</p>")
