"""What the project answers to requests that Django itself refuses."""

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.views.defaults import ERROR_PAGE_TEMPLATE

from access.endpoint import refused


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A page, but in the API's one shape to those who call it."""
    if request.path.startswith("/api/"):
        return refused(request, exception)
    # Django's own view reads the form for its CSRF token, and fails at it once more.
    page = ERROR_PAGE_TEMPLATE % {"title": "Bad Request (400)", "details": ""}
    return HttpResponseBadRequest(page)
