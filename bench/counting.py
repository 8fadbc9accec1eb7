"""How many questions an answer put to the database, told in a header of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse

HEADER = "X-Queries"


def count_queries(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """A middleware."""

    def counted(request: HttpRequest) -> HttpResponse:
        count = 0

        def counting(execute: Callable[..., Any], *asked: Any) -> Any:
            nonlocal count
            count += 1
            return execute(*asked)

        with connection.execute_wrapper(counting):
            response = get_response(request)
        response[HEADER] = str(count)
        return response

    return counted
