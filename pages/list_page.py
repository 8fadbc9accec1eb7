"""The first page: the workflows that one may see, and what can be done with them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from .examples import examples
from .listing import ORDERS, WHOSE, Wanted, list_workflows
from .page import Page


class ListPage(Page):
    """Searched by ``q``, put in ``order``, narrowed by ``whose``, cut by ``page``."""

    def get(self, request: HttpRequest) -> HttpResponse:
        wanted = Wanted.of(request.GET)
        listing = list_workflows(wanted, self.user)
        is_new_here = not listing.rows and not wanted.narrows
        context = {
            "wanted": wanted,
            "listing": listing,
            "orders": ORDERS,
            "whose": WHOSE,
            "examples": examples() if is_new_here else [],
        }
        return render(request, "pages/list.html", context)
