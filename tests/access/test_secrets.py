"""The server's secrets are found by their values and taken out of what is written."""

from __future__ import annotations

import base64
import html
import io
import json
import logging
import re
import sys
from collections.abc import Iterator
from itertools import accumulate
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from django.conf import settings
from django.core.checks import run_checks
from django.db import connection, models
from django.test import override_settings
from django.utils.module_loading import import_string
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.exceptions import ValidationError

from access import secrets
from access.answers import payload_of
from access.errors import ApiError
from access.fields import ScrubbedCharField, ScrubbedTextField
from access.logs import LineFormatter, cover_handlers, cover_stream
from access.models import Token
from access.scrubber import MARK, Scrubber
from access.secrets import scrubber, secret_values
from access.sieve import Sieve
from access.tracebacks import ScrubbedReporter
from tests.factories import UserFactory

KEY = "sk-proj-Zq81LmTTs0w9-XvB72kd"
ODD = 'T&"r\\icky/ p+ässword\n'
TOKEN = "wf_" + "Ab3-_" * 8 + "xyz"


@pytest.fixture
def kept() -> Iterator[None]:
    """The server has one more secret."""
    with override_settings(
        WAYFLOW={**settings.WAYFLOW, "SECRETS": [KEY, "ab\\cdefgh"]}
    ):
        scrubber.cache_clear()
        yield
    scrubber.cache_clear()


# --- by value ---


def disguises(secret: str) -> Iterator[str]:
    yield secret
    for is_ascii in (True, False):
        inside = json.dumps({"a": secret}, ensure_ascii=is_ascii)
        yield inside
        yield json.dumps([inside], ensure_ascii=is_ascii)
    yield repr([secret])
    yield html.escape(secret)
    yield quote(secret)
    yield quote(secret, safe="")
    yield quote_plus(secret)
    yield re.sub("%..", lambda code: code[0].lower(), quote(secret, safe=""))
    for before in ("", "a", "ab", "user:"):
        data = (before + secret + "after").encode()
        yield base64.b64encode(data).decode()
        yield base64.urlsafe_b64encode(data).decode()


@pytest.mark.parametrize("secret", [KEY, ODD, "1234567 ", "ÄÖÜäöüß!"])
def test_a_secret_is_found_in_every_spelling(secret: str) -> None:
    scrub = Scrubber([secret])
    for text in disguises(secret):
        scrubbed = scrub.text(f"so {text} it is")
        assert MARK in scrubbed, text
        assert scrub.finds(text)
        assert text not in scrubbed


def test_a_token_of_ours_is_found_by_its_shape() -> None:
    scrub = Scrubber()
    token, clear = Token(name="x"), Token(name="y").draw()
    assert scrub.text(f"Token {token.draw()}, {clear}") == f"Token {MARK}, {MARK}"
    assert scrub.text("wf_too_short") == "wf_too_short"


def test_of_two_secrets_the_longer_is_taken_out_whole() -> None:
    scrub = Scrubber([KEY[:12], KEY])
    assert scrub.text(f"{KEY} {KEY[:12]}!") == f"{MARK} {MARK}!"


def test_what_is_too_short_is_left_alone() -> None:
    assert Scrubber(["1234567"]).text("a 1234567") == "a 1234567"
    assert Scrubber([""]).text("anything") == "anything"


def test_values_are_scrubbed_down_to_their_keys() -> None:
    scrub = Scrubber([KEY])
    value = {"a": [f"x{KEY}", 1, None, {KEY: {"b": KEY}}], "n": 1.5}
    assert scrub.value(value) == {
        "a": [f"x{MARK}", 1, None, {MARK: {"b": MARK}}],
        "n": 1.5,
    }
    assert value["a"][0] == f"x{KEY}"  # type: ignore[index]
    assert json.loads(scrub.json(value)) == scrub.value(value)


def test_what_holds_no_secret_stays_the_very_same() -> None:
    value = {"a": ["text", {"b": 2}]}
    assert Scrubber([KEY]).value(value) is value


def test_what_json_cannot_hold_is_scrubbed_all_the_same() -> None:
    odd = object()
    assert Scrubber([KEY]).value({"a": odd, "b": KEY}) == {"a": odd, "b": MARK}


# --- growing texts ---

PIECES = st.lists(
    st.sampled_from([KEY, KEY[:5], KEY[5:], ODD, ODD[:9], "s", "sk-", " word ", "w"])
    | st.text(max_size=5),
    max_size=8,
).map("".join)
STEPS = st.lists(st.integers(1, 12), max_size=60)


def sieved(text: str, steps: list[int], *, lets_go: bool = False) -> list[str]:
    """What is new with each step of a growing text."""
    sieve = Sieve(Scrubber([KEY, ODD]))
    shown, news = "", []
    ends = [min(end, len(text)) for end in accumulate(steps)]
    for end in [*ends, len(text), None]:
        if end is None:
            sieve.end()
        else:
            sieve.grow(text[:end])
            if lets_go:
                sieve.let_go()
        now = sieve.text[: sieve.length]
        assert now.startswith(shown)
        news.append(now[len(shown) :])
        shown = now
    return news


@given(PIECES, STEPS)
def test_the_pieces_of_a_growing_text_add_up_to_the_scrubbed_text(
    text: str, steps: list[int]
) -> None:
    scrub = Scrubber([KEY, ODD])
    assert "".join(sieved(text, steps)) == scrub.text(text)


@given(PIECES, STEPS)
def test_what_was_let_go_says_little_of_a_secret(text: str, steps: list[int]) -> None:
    shown = "".join(sieved(text, steps, lets_go=True))
    for secret in (KEY, ODD):
        assert secret not in shown
        assert text.count(secret) == 0 or secret[2:] not in shown


def test_an_ordinary_text_is_shown_as_it_comes() -> None:
    words = ["Hello", " there", ",\n", "how are you?"]
    sizes = [len(word) for word in words]
    assert sieved("".join(words), sizes)[: len(words)] == words


def test_a_secret_that_comes_letter_by_letter_is_never_begun() -> None:
    news = sieved(f"is {KEY}.", [1] * 60)
    assert [piece for piece in news if piece] == ["i", "s ", MARK, "."]


def test_the_beginning_of_a_secret_that_was_none_is_shown_in_the_end() -> None:
    assert "".join(sieved(f"is {KEY[:-1]}", [3, 9])) == f"is {KEY[:-1]}"


# --- which ---


def places(**changed: Any) -> dict[str, str]:
    with override_settings(**changed):
        return secret_values()


def test_keys_passwords_and_what_is_named_are_secret() -> None:
    databases = {
        "default": {**connection.settings_dict, "USER": "u", "PASSWORD": "pg-secret"},
        "other": {"ENGINE": "x", "USER": "postgres", "PASSWORD": "postgres"},
    }
    caches = {"default": {"BACKEND": "x", "LOCATION": "redis://:ca%2Fche-pw@host:1/0"}}
    mine = {
        **settings.WAYFLOW,
        "SECRETS": [" spaced-out "],
        "OPENAI_API_KEY": KEY,
        "OPENAI_BASE_URL": "https://me:proxy-pass@models.example.com/v1",
    }
    with pytest.warns(UserWarning, match="DATABASES"):
        found = places(
            DATABASES=databases,
            CACHES=caches,
            WAYFLOW=mine,
            SECRET_KEY_FALLBACKS=["an-older-key"],
        )
    assert set(found.values()) == {
        settings.SECRET_KEY,
        "an-older-key",
        KEY,
        "spaced-out",
        "pg-secret",
        "ca/che-pw",
        "proxy-pass",
    }


def test_a_secret_that_is_too_short_is_warned_of_and_not_told() -> None:
    with override_settings(WAYFLOW={**settings.WAYFLOW, "SECRETS": ["hush", KEY]}):
        found = [f for f in run_checks() if f.id == "access.W006"]
    (warning,) = found
    assert "WAYFLOW_SECRETS[0]" in warning.msg
    assert "hush" not in f"{warning.msg}{warning.hint}"


# --- where ---


def failure() -> Exception:
    """An exception that has a secret, because of another that has one."""
    try:
        try:
            raise KeyError(KEY)
        except KeyError as error:
            raise ValueError(f"calling with {KEY}") from error
    except ValueError as error:
        return error


@pytest.mark.usefixtures("kept")
def test_a_log_line_and_its_traceback_hold_no_secret() -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(LineFormatter("%(levelname)s %(message)s"))
    record = logging.LogRecord(
        "x", logging.ERROR, "", 1, "%s of %r", ("it", {"a": KEY}), None
    )
    error = failure()
    record.exc_info = (type(error), error, error.__traceback__)
    handler.emit(record)
    lines = stream.getvalue()
    assert lines.startswith("ERROR it of {'a': '[secret]'}\nTraceback")
    assert lines.count(MARK) == 3 + lines.count('KeyError("')
    assert KEY not in lines


def test_every_formatter_of_the_project_is_one_that_scrubs() -> None:
    formatters: Any = settings.LOGGING["formatters"]
    classes = {import_string(given["class"]) for given in formatters.values()}
    assert classes == {LineFormatter}


@pytest.mark.usefixtures("kept")
def test_the_handlers_of_others_are_covered_once() -> None:
    logger = logging.getLogger("tests.somebody")
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(name)s! %(message)s"))
    logger.addHandler(handler)
    try:
        cover_handlers()
        covered = handler.formatter
        cover_handlers()
        assert handler.formatter is covered
        logger.warning("GET /?key=%s", KEY)
    finally:
        logger.removeHandler(handler)
    assert stream.getvalue() == f"tests.somebody! GET /?key={MARK}\n"


@pytest.mark.usefixtures("kept")
def test_nothing_that_is_printed_to_a_covered_stream_holds_a_secret() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), write_through=True)
    cover_stream(stream)
    sys.excepthook(ValueError, failure(), None)
    assert stream.write(f"{KEY}\n") == len(MARK) + 1
    stream.seek(0)
    assert stream.read() == f"{MARK}\n"


@pytest.mark.usefixtures("kept")
def test_an_error_page_holds_no_secret() -> None:
    error = failure()
    reporter = ScrubbedReporter(None, type(error), error, error.__traceback__)
    for page in (reporter.get_traceback_html(), reporter.get_traceback_text()):
        assert MARK in page
        assert KEY not in page
    assert (
        f"{ScrubbedReporter.__module__}.{ScrubbedReporter.__name__}"
    ) == settings.DEFAULT_EXCEPTION_REPORTER


@pytest.mark.usefixtures("kept")
def test_an_answer_that_says_what_is_wrong_holds_no_secret() -> None:
    ours = ApiError(502, "WF_TEST", f"with {KEY}", hint=f"not {KEY}", attr=KEY)
    told = payload_of(ours)
    assert told["error"] == f"with {MARK}"
    assert told["errors"][0]["hint"] == f"not {MARK}"
    assert KEY not in str(told)
    assert KEY not in str(payload_of(ValidationError({"name": [f"{KEY} is taken"]})))


@pytest.mark.django_db
@pytest.mark.usefixtures("kept")
def test_a_name_is_stored_without_a_secret_however_it_is_written() -> None:
    token = Token.objects.issue(owner=UserFactory.create(), name=f"for {KEY}")[0]
    assert token.name == f"for {MARK}"
    Token.objects.update(name=f"now {KEY}")
    token.refresh_from_db()
    assert token.name == f"now {MARK}"


@pytest.mark.parametrize(
    ("field", "plain"),
    [
        (ScrubbedCharField(max_length=9), models.CharField(max_length=9)),
        (ScrubbedTextField(blank=True), models.TextField(blank=True)),
    ],
)
def test_migrations_know_a_scrubbed_field_as_a_plain_one(
    field: models.Field[Any, Any], plain: models.Field[Any, Any]
) -> None:
    assert field.deconstruct() == plain.deconstruct()


@pytest.mark.usefixtures("kept")
def test_the_scrubber_of_the_process_knows_the_settings() -> None:
    assert secrets.clean([f"a {KEY}", settings.SECRET_KEY]) == [f"a {MARK}", MARK]
