"""An event is one frame of a stream, its data one line as JavaScript writes it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wayflow.json_values import JSON
from wayflow.sse import HEADERS, KEEP_ALIVE, encode
from wayflow.values import plain


def test_a_frame_is_the_name_and_the_data() -> None:
    frame = encode({"event": "note", "data": {"a": [1, None, "é"], "b": {}}})
    assert frame.decode() == 'event: note\ndata: {"a":[1,null,"é"],"b":{}}\n\n'


def test_a_number_comes_before_it_as_id() -> None:
    frame = encode({"event": "note", "data": {}}, 7)
    assert frame == b"id: 7\nevent: note\ndata: {}\n\n"


@pytest.mark.parametrize(
    ("value", "spelling"),
    [
        (1.0, "1"),
        (1e21, "1e+21"),
        (1e-7, "1e-7"),
        (float("nan"), "null"),
        ("\n\r\u2028\u2029", '"\\n\\r\u2028\u2029"'),
        ("</script>/", '"</script>/"'),
        ("\ud800", '"\\ud800"'),
    ],
)
def test_data_is_spelled_as_in_javascript(value: object, spelling: str) -> None:
    frame = encode({"event": "note", "data": {"v": value}})
    assert frame.decode() == f'event: note\ndata: {{"v":{spelling}}}\n\n'


def lines_of(frame: bytes) -> list[str]:
    """The lines that a reader of the stream sees: they end in CR, LF or both."""
    return frame.decode().replace("\r\n", "\n").replace("\r", "\n").split("\n")


@given(st.dictionaries(st.text(), JSON, max_size=5), st.integers(1, 2**53))
def test_whatever_the_data_a_frame_is_three_lines_and_an_empty_one(
    data: dict[str, Any], seq: int
) -> None:
    frame = encode({"event": "note", "data": plain(data)}, seq)
    number, name, line, *end = lines_of(frame)
    assert (number, name, end) == (f"id: {seq}", "event: note", ["", ""])
    assert line.startswith("data: {")
    json.loads(line.removeprefix("data: "))


def test_a_keep_alive_is_a_comment() -> None:
    assert lines_of(KEEP_ALIVE) == [": keep-alive", "", ""]


def test_no_proxy_may_hold_the_stream_back() -> None:
    assert HEADERS["Content-Type"] == "text/event-stream"
    assert HEADERS["Cache-Control"] == "no-cache, no-transform"
    assert HEADERS["X-Accel-Buffering"] == "no"
