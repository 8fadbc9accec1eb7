"""How the API's lists are cut into pages."""

from rest_framework import pagination


class CursorPagination(pagination.CursorPagination):
    """Newest first; ``?limit=`` up to 200, and ``next``/``previous`` to go on."""

    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 200
    ordering = ("-created_at", "-pk")
