"""Patterns mean what they mean in JavaScript, and end in bounded time."""

from __future__ import annotations

import math
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wayflow.patterns import pattern as patterns
from wayflow.patterns.pattern import PatternError, PatternTimeout

# Each row was evaluated by V8: source, flags, texts that match, texts that do not.
SEARCHES: list[tuple[str, str, list[str], list[str]]] = [
    ("", "", ["", "a"], []),
    ("^a$", "", ["a"], ["a\n", "ba", "b\na"]),
    ("^b$", "m", ["a\nb", "b\r\nc", "a\u2028b\u2029"], ["ab", "b\x85"]),
    ("a.b", "", ["a\x85b", "axb", "aéb"], ["a\nb", "a\rb", "a\u2028b", "a\u2029b"]),
    ("a.b", "s", ["a\nb", "a\u2028b"], ["ab"]),
    ("^.$", "", ["é"], ["😀"]),
    ("^.$", "u", ["é", "😀"], ["😀😀"]),
    ("^..$", "", ["😀", "ab"], ["a"]),
    (r"^\ud83d", "", ["😀"], ["a"]),
    (r"^\ud83d\ude00$", "u", ["😀"], ["😁"]),
    (r"^\u{1f600}$", "u", ["😀"], ["😁"]),
    (r"^\u{3}$", "", ["uuu"], ["\x03"]),
    (r"^[😀-😂]$", "u", ["😀", "😁"], ["😃"]),
    (r"^\d$", "", ["7"], ["٣", "x"]),
    (r"^\D$", "", ["٣", "x"], ["7"]),
    (r"^\w$", "", ["a", "Z", "_", "0"], ["é", "-"]),
    (r"^\w$", "i", ["a"], ["\u017f", "\u212a"]),
    (r"^\w$", "iu", ["a", "\u017f", "\u212a"], ["é"]),
    (r"^\W$", "iu", ["é", "-"], ["\u017f", "s"]),
    (
        r"^\s$",
        "",
        [*"\t\n\v\f\r \xa0\u1680\u2003\u2028\u3000\ufeff"],
        [*"\x85\x1c\u180e"],
    ),
    (r"^\S$", "", ["\x85", "a"], ["\xa0", "\ufeff"]),
    (r"\bé", "", [], ["é", " é"]),
    (r"a\b", "", ["aé", "a"], ["ab", "a_"]),
    (r"a\Bb", "", ["ab"], ["a b"]),
    ("^[^]$", "", ["\n", "a"], [""]),
    ("[]", "", [], ["", "a"]),
    ("^[^a-c]$", "", ["d", "\n", "é"], ["b"]),
    (r"^[\w-]+$", "", ["a-b"], ["a.b"]),
    (r"^[\w-a]+$", "", ["z-a"], ["."]),
    (r"^[\d-x]+$", "", ["1-x"], ["w"]),
    (r"^[a\-z]+$", "", ["a-z"], ["b"]),
    (r"^[\b]$", "", ["\b"], ["b"]),
    (r"^[[a]$", "", ["[", "a"], ["b"]),
    (r"^[[:alpha:]]$", "", ["a]", ":]"], ["a", "z]"]),
    (r"^[a&&b]$", "", ["a", "&"], ["c"]),
    (r"^[^\W]$", "", ["a"], ["-"]),
    (r"^\x41\u0042\x4$", "", ["ABx4"], ["AB\x04"]),
    (r"^\cA\c1$", "", ["\x01\\c1"], ["\x01\x11"]),
    (r"^[\c1\cB]$", "", ["\x11", "\x02"], ["c", "1"]),
    (r"^\0\07\101$", "", ["\0\x07A"], ["0"]),
    (r"^\8\9$", "", ["89"], []),
    (r"^[\1\08]$", "", ["\x01", "\0", "8"], ["1"]),
    (r"^\1(a)$", "", ["a"], ["aa"]),
    (r"^(a)\1$", "", ["aa"], ["a"]),
    (r"^(a)\2$", "", ["a\x02"], ["aa"]),
    (r"^(a\1)$", "", ["a"], ["aa"]),
    (r"^(?:(a)|b)\1$", "", ["aa", "b"], ["ba", "a"]),
    (r"^(a)\1$", "i", ["aA"], ["ab"]),
    (r"^(?<n>a)\k<n>$", "", ["aa"], ["a"]),
    (r"^\k<n>(?<n>a)$", "", ["a"], ["aa"]),
    (r"^\k<n>$", "", ["k<n>"], []),
    (r"^(?<$é>a)b\k<$é>$", "", ["aba"], ["ab"]),
    (r"(?<=\$)\d", "", ["$5"], ["5"]),
    (r"(?<!\$)\d", "", ["5"], ["$5"]),
    (r"(?<=^a+)b", "", ["aab"], ["cb"]),
    (r"(?<=\1(a))b", "", ["aab"], ["ab"]),
    (r"^(?=a)*b", "", ["b"], ["c"]),
    ("^(?:a|ab)(?:c|bcd)(?:d*)$", "", ["abcd", "acdd"], ["abd"]),
    ("^a{2}$", "", ["aa"], ["a", "aaa"]),
    ("^a{,2}$", "", ["a{,2}"], ["aa"]),
    ("^a{$", "", ["a{"], ["a"]),
    ("^x{a}]}$", "", ["x{a}]}"], ["xa"]),
    ("^a{0}b$", "", ["b"], ["ab"]),
    ("^a{2,}?$", "", ["aaa"], ["a"]),
    ("^a{1,99999999999}$", "", ["a"], [""]),
    (r"^\A\Z\z\e\_\-\#\ $", "", ["AZze_-# "], ["a"]),
    (r"^\p{L}$", "", ["p{L}"], ["é"]),
    (r"^\p{L}\P{Lu}$", "u", ["éa"], ["1a", "éA"]),
    (r"^[\p{Script=Greek}\d]+$", "u", ["\u03b1β1"], ["a"]),
    ("^é$", "i", ["É"], ["e"]),
    ("^k$", "i", ["K"], ["\u212a"]),
    ("^k$", "iu", ["K", "\u212a"], []),
    ("^s$", "i", ["S"], ["\u017f"]),
    ("^i$", "i", ["I"], ["İ", "\u0131"]),
    ("^ß$", "i", ["ß"], ["ẞ", "ss", "SS"]),
    ("^ß$", "iu", ["ẞ"], ["ss"]),
    ("^[\u03b1-ω]$", "i", ["Σ", "ς", "\u00b5"], ["a"]),
    ("^[^a]$", "i", ["b"], ["A"]),
    ("^[Z-a]$", "i", ["z", "A", "^"], ["b"]),
    ("^\U00010400$", "iu", ["\U00010428"], []),
    ("b", "y", ["ba"], ["ab"]),
    ("a|b", "y", ["ba"], ["cab"]),
    ("a/b", "dg", ["a/b"], ["ab"]),
    (r"a\/b", "", ["a/b"], []),
    (r"^[\p{L}\-]$", "v", ["a", "-"], ["1"]),
]

# Each of these is a SyntaxError in V8: source, flags.
REFUSALS: list[tuple[str, str]] = [
    *((source, "") for source in ("(", ")", "(?", "(?:", "[", "[a", "\\", "[\\", "a)")),
    *((source, "") for source in ("*", "a**", "a++", "a*+", "a?+", "a{1}{2}", "{1}")),
    *((source, "") for source in ("^*", "$?", r"\b+", "(?<=a)*", "|*", "(?:*)")),
    *(
        (source, "")
        for source in ("a{2,1}", "[b-a]", "(?a)", "(?i)a", "(?>a)", "(?#a)")
    ),
    *((source, "") for source in ("(?P<n>a)", "(?<>a)", "(?<1>a)", "(?<n>a)(?<n>b)")),
    *((source, "") for source in (r"(?<n>a)\k", r"(?<n>a)\k<m>", r"(?<n>a)[\k]")),
    *((source, "u") for source in ("{", "}", "]", "a{1", r"\a", r"\-", r"\u{110000}")),
    *((source, "u") for source in (r"\1", r"\01", r"\x4", r"\u00", r"\c", r"[\d-x]")),
    *((source, "u") for source in ("(?=a)*", r"\k<n>", r"\p", r"\p{Nonsense}")),
    *((source, "v") for source in ("[(]", "[a-]", "[a&&&b]", "[|]")),
    *(("a", flags) for flags in ("gg", "uv")),
]

# What ``String(new RegExp(source, flags))`` gives.
SPELLINGS = [
    ("", "", "/(?:)/"),
    ("abc", "", "/abc/"),
    ("a/b", "gi", r"/a\/b/gi"),
    (r"a\/b", "", r"/a\/b/"),
    ("[/]/", "", r"/[/]\//"),
    ("a\n\r\u2028", "yigd", r"/a\n\r\u2028/dgiy"),
    ("\\\n", "", r"/\n/"),
]


def matches(source: str, text: str) -> bool:
    return patterns.compile(source).search(text, deadline=time.monotonic() + 10)


@pytest.mark.parametrize(("source", "flags", "yes", "no"), SEARCHES)
def test_a_pattern_finds_what_javascript_finds(
    source: str, flags: str, yes: list[str], no: list[str]
) -> None:
    delimited = f"/{source}/{flags}"
    assert [text for text in yes if not matches(delimited, text)] == []
    assert [text for text in no if matches(delimited, text)] == []


@pytest.mark.parametrize(("source", "flags"), REFUSALS)
def test_what_javascript_refuses_is_refused(source: str, flags: str) -> None:
    with pytest.raises(PatternError) as caught:
        patterns.compile(f"/{source}/{flags}")
    assert caught.value.reason


@pytest.mark.parametrize(("source", "flags", "spelling"), SPELLINGS)
def test_a_pattern_is_spelled_as_javascript_does(
    source: str, flags: str, spelling: str
) -> None:
    assert str(patterns.compile(f"/{source}/{flags}")) == spelling


@pytest.mark.parametrize(
    ("source", "spelling"),
    [
        ("abc", "/abc/"),
        ("/x", r"/\/x/"),
        ("/a/b/", r"/a\/b/"),
        ("//", "/(?:)/"),
        ("/usr/lib", r"/\/usr\/lib/"),
        ("/a/i", "/a/i"),
    ],
)
def test_only_slashes_around_known_flags_delimit(source: str, spelling: str) -> None:
    assert str(patterns.compile(source)) == spelling


def test_a_refusal_names_the_pattern_and_the_reason() -> None:
    with pytest.raises(PatternError, match=r"'\('.*not closed") as caught:
        patterns.compile("(")
    assert caught.value.pattern == "("


def test_an_endless_search_ends_at_its_deadline() -> None:
    started = time.monotonic()
    with pytest.raises(PatternTimeout):
        patterns.compile("(a|aa)+$").search("a" * 5_000 + "b", deadline=started + 0.1)
    assert time.monotonic() - started < 5


def test_a_spent_budget_searches_nothing_more() -> None:
    with pytest.raises(PatternTimeout):
        patterns.compile("a").search("a", deadline=time.monotonic())


@pytest.mark.parametrize(
    "source",
    [
        "a" * 1_001,
        "a{5001}",
        "(?:(?:a{1000}){1000}){1000}",
        "(?:(?:(?:a{9,}){9,}){9,}){9,}",
        "(" * 490 + "a" + ")" * 490,
    ],
)
def test_a_pattern_too_large_to_compile_is_refused_at_once(source: str) -> None:
    started = time.monotonic()
    with pytest.raises(PatternError):
        patterns.compile(source)
    assert time.monotonic() - started < 5


def test_a_text_too_long_to_search_is_refused() -> None:
    pattern = patterns.compile("a$")
    assert pattern.search("a" * 1_000_000, deadline=time.monotonic() + 10)
    with pytest.raises(PatternError):
        pattern.search("a" * 1_000_001, deadline=math.inf)


SYNTAX = st.text(alphabet="ab1\\()[]{}?*+|^$.-,:=!<>knudwsbpxc/é😀", max_size=12)


@given(source=SYNTAX, flags=st.sampled_from(["", "i", "u", "iu", "v"]), text=st.text())
def test_any_source_either_searches_or_is_refused(
    source: str, flags: str, text: str
) -> None:
    try:
        pattern = patterns.compile(f"/{source}/{flags}")
    except PatternError:
        return
    assert pattern.search(text, deadline=time.monotonic() + 10) in (True, False)


@given(text=st.text(alphabet=st.characters(codec="utf-8"), min_size=1, max_size=20))
def test_a_text_with_its_syntax_escaped_finds_itself(text: str) -> None:
    escaped = "".join(
        f"\\{char}" if char in "^$\\.*+?()[]{}|/" else char for char in text
    )
    for flags in ("", "i", "u", "iu"):
        assert matches(f"/{escaped}/{flags}", text)
