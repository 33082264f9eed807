"""Pasted share links: what is one, what is not, and what each refusal says."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bball_tui.errors import BballError
from bball_tui.groupme.links.share_links import mask, plain_link, read_pasted

IDS = st.from_regex(r"[0-9]{1,20}", fullmatch=True)
TOKENS = st.text(string.ascii_letters + string.digits, min_size=4, max_size=32)
HOSTS = st.sampled_from(["groupme.com", "app.groupme.com", "web.groupme.com", "www.groupme.com", "GroupMe.com"])


@given(
    scheme=st.sampled_from(["https://", "http://", ""]),
    host=HOSTS,
    group_id=IDS,
    token=TOKENS,
    before=st.sampled_from(["", " ", "\n\t", "<", '"']),
    after=st.sampled_from(["", "/", " \r\n", ">", '"', "?utm=1", "#x"]),
)
def test_every_form_of_a_link_becomes_the_same_one(
    scheme: str, host: str, group_id: str, token: str, before: str, after: str
) -> None:
    pasted = read_pasted(f"{before}{scheme}{host}/join_group/{group_id}/{token}{after}")
    assert pasted.group_id == group_id
    assert pasted.share_url == f"https://groupme.com/join_group/{group_id}/{token}"
    assert read_pasted(pasted.share_url) == pasted


@given(IDS)
def test_an_id_alone_is_taken(group_id: str) -> None:
    pasted = read_pasted(f"  {group_id}\n")
    assert (pasted.group_id, pasted.share_url) == (group_id, None)


@given(st.text(max_size=200))
def test_nonsense_is_refused_with_a_sentence_and_never_breaks(text: str) -> None:
    try:
        said = read_pasted(text).group_id
    except BballError as error:
        said = str(error)
    assert said.isdigit() or said.endswith(".")
    assert said.isprintable()


@given(
    host=st.from_regex(r"[a-z0-9-]{1,20}\.(com|net|test)", fullmatch=True).filter(lambda host: host != "groupme.com"),
    group_id=IDS,
    token=TOKENS.filter(lambda token: len(token) > 8),
)
def test_other_hosts_are_refused_and_the_message_keeps_the_token(host: str, group_id: str, token: str) -> None:
    for look_alike in (host, f"groupme.com.{host}", f"not{host}"):
        with pytest.raises(BballError) as refused:
            read_pasted(f"https://{look_alike}/join_group/{group_id}/{token}")
        assert token not in str(refused.value).replace(look_alike, "")


@pytest.mark.parametrize(
    ("pasted", "said"),
    [
        ("", "Nothing was pasted"),
        ("hello", "neither a share link nor"),
        ("javascript:alert(1)", "neither a share link nor"),
        ("https://groupme.com.evil.test/join_group/1/abcdefgh", "not to groupme.com"),
        ("https://evil.test/groupme.com/join_group/1/abcdefgh", "not to groupme.com"),
        ("https://groupme.com@evil.test/join_group/1/abcdefgh", "not to groupme.com"),
        ("https://me:secret@groupme.com/join_group/1/abcdefgh", "a user name or a port"),
        ("https://groupme.com:8443/join_group/1/abcdefgh", "a user name or a port"),
        ("https://groupme.com/contact/123/AbCd", "adds a person"),
        ("https://groupme.com/en-US/", "no share link"),
        ("https://groupme.com/join_group/123", "not complete"),
        ("https://groupme.com/join_group/abc/AbCdEfGh", "not complete"),
        ("https://groupme.com/join_group/123/Ab%2e", "not complete"),
        ("https://[::1", "neither a share link nor"),
    ],
)
def test_each_wrong_thing_has_its_own_message(pasted: str, said: str) -> None:
    with pytest.raises(BballError, match=said) as refused:
        read_pasted(pasted)
    assert "secret" not in str(refused.value)


@given(HOSTS, IDS, TOKENS)
def test_a_masked_link_does_not_open_the_group(host: str, group_id: str, token: str) -> None:
    masked = mask(f"https://{host}/join_group/{group_id}/{token}")
    assert masked == f"https://{host}/join_group/{group_id}/…"
    assert plain_link(masked) is None
    assert mask(token) == "…"
