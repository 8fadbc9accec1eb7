"""What callers give a run, within limits: its inputs, and the data of a decision."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from access.errors import ApiError
from wayflow.values import NotSerializable, TooDeep, TooLarge, plain


class GivenNotJson(ApiError):
    """Only callers within the server can give such values."""

    def __init__(self, what: str, attr: str, reason: str) -> None:
        code = f"WF_{what.upper()}_NOT_JSON"
        super().__init__(400, code, f"The {what} cannot be JSON: {reason}.", attr=attr)


class GivenTooDeep(ApiError):
    def __init__(self, what: str, attr: str, limit: int) -> None:
        super().__init__(
            400,
            f"WF_{what.upper()}_TOO_DEEP",
            f"The {what} must not nest over {limit} levels deep.",
            hint="Flatten it: fewer lists and objects within each other.",
            attr=attr,
        )


class GivenTooLarge(ApiError):
    def __init__(self, what: str, attr: str, limit: int) -> None:
        super().__init__(
            413,
            f"WF_{what.upper()}_TOO_LARGE",
            f"The {what} must not be larger than {limit} bytes of JSON.",
            hint="Store the data elsewhere and give where it is.",
            attr=attr,
        )


def within_limits(value: Any, *, what: str, attr: str) -> Any:
    """``value`` as plain JSON; ``what`` names it in codes, as in WF_INPUTS_TOO_LARGE.

    Raises GivenTooDeep, GivenTooLarge and GivenNotJson.
    """
    deepest: int = settings.WAYFLOW["MAX_NESTING"]
    most: int = settings.WAYFLOW["MAX_INPUT_BYTES"]
    try:
        return plain(value, max_bytes=most, max_nesting=deepest)
    except TooDeep:
        raise GivenTooDeep(what, attr, deepest) from None
    except TooLarge:
        raise GivenTooLarge(what, attr, most) from None
    except NotSerializable as error:
        raise GivenNotJson(what, attr, str(error)) from error
