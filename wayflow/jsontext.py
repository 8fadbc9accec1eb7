"""JSON text, read and written as ECMAScript does."""

from __future__ import annotations

import json
import math
import re
from json.encoder import encode_basestring
from typing import cast

import orjson

from .values import ABSENT, MAX_DEPTH, Json, NotSerializable, member_name, plain, text


def parse(document: str | bytes, *, max_nesting: int | None = None) -> Json:
    """The plain value of a JSON text.

    A lone surrogate becomes U+FFFD, of equal names the last wins. Raises ValueError
    with the position, also for nesting above ``max_nesting`` or MAX_DEPTH.
    """
    try:
        value: object = orjson.loads(document)
    except orjson.JSONDecodeError as refusal:
        value = _parse_with_patience(document, refusal)
    try:
        return cast(Json, plain(value, max_nesting=max_nesting))
    except NotSerializable as fault:
        raise ValueError(str(fault)) from None


def _parse_with_patience(document: str | bytes, refusal: ValueError) -> object:
    """Reads what orjson refuses and JavaScript does not, else raises the refusal."""

    def refuse(constant: str) -> float:
        raise refusal

    try:
        document = document if isinstance(document, str) else document.decode()
        return json.loads(document, parse_int=float, parse_constant=refuse)
    except RecursionError:
        raise ValueError(f"$: nested more than {MAX_DEPTH} levels deep") from None


# orjson spells only these doubles differently: whole ones, and those of 1e-6 to 1e-5.
_POINT_ZERO = re.compile(rb"\.0(?![0-9])").search
_MILLIONTHS = re.compile(rb"e-6(?![0-9])").search
_WHOLE = re.compile(rb"e\+(?:1[6-9]|20)(?![0-9])").search
_POINT, _MINUS, _PLUS = b".-+"
_SURROGATE = re.compile("[\ud800-\udfff]")


def json_bytes(value: object) -> bytes:
    """``JSON.stringify(value)`` in UTF-8.

    Raises NotSerializable for foreign types, circular structure and ABSENT itself.
    """
    try:
        data = orjson.dumps(value, option=orjson.OPT_STRICT_INTEGER)
    except orjson.JSONEncodeError:
        return _written(value)
    # Looking for one byte costs a tenth of looking for a pattern.
    if (
        (_POINT in data and _POINT_ZERO(data))
        or (_MINUS in data and _MILLIONTHS(data))
        or (_PLUS in data and _WHOLE(data))
    ):
        return _written(value)
    return data


def json_text(value: object) -> str:
    """``json_bytes`` as text."""
    return json_bytes(value).decode()


def _written(value: object) -> bytes:
    pieces: list[str] = []
    try:
        _write(value, pieces)
    except RecursionError:
        raise NotSerializable("circular structure, or nested too deeply") from None
    return "".join(pieces).encode()


def _write(value: object, pieces: list[str]) -> None:
    if isinstance(value, str):
        pieces.append(_quoted(value))
    elif isinstance(value, dict):
        mark = "{"
        for name, member in value.items():
            if member is not ABSENT:
                key = name if isinstance(name, str) else member_name(name)
                pieces.append(f"{mark}{_quoted(key)}:")
                _write(member, pieces)
                mark = ","
        pieces.append("{}" if mark == "{" else "}")
    elif isinstance(value, list):
        pieces.append("[")
        for index, item in enumerate(value):
            pieces.append("," if index else "")
            _write(None if item is ABSENT else item, pieces)
        pieces.append("]")
    else:
        _write_scalar(value, pieces)


def _write_scalar(value: object, pieces: list[str]) -> None:
    made = plain(value)
    if made is ABSENT:
        raise NotSerializable("an absent value has no JSON")
    if isinstance(made, str | list | dict):
        _write(made, pieces)
    elif isinstance(made, float) and not math.isfinite(made):
        pieces.append("null")
    else:
        pieces.append(text(made))


def _quoted(value: str) -> str:
    quoted = encode_basestring(value)
    return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)


def display(value: object) -> str:
    """A value in a prompt or a join: no value is empty, containers are JSON."""
    if value is None or value is ABSENT:
        return ""
    return json_text(value) if isinstance(value, list | dict) else text(value)
