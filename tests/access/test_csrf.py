"""The one rule by which a request with a session cookie passes."""

import pytest
from django.http import HttpRequest
from django.test import Client, RequestFactory

from access.csrf import from_our_own_page, refusal
from tests.factories import UserFactory


def posted(**headers: str) -> HttpRequest:
    return RequestFactory().post("/", headers=headers)


@pytest.mark.parametrize(
    ("headers", "passes"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://testserver"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"}, False),
        ({"Sec-Fetch-Site": "none"}, False),
        ({"Origin": "http://testserver"}, True),
        ({"Origin": "https://testserver"}, False),
        ({"Origin": "http://testserver.evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "http://evil.example", "Host": "evil.example"}, False),
        ({}, False),
    ],
)
def test_our_own_page_is_told_by_what_the_browser_says(
    headers: dict[str, str], passes: bool
) -> None:
    assert from_our_own_page(posted(**headers)) is passes


def test_a_request_of_our_own_page_is_not_refused() -> None:
    assert refusal(posted(**{"Sec-Fetch-Site": "same-origin"})) is None


def test_a_request_from_elsewhere_needs_the_token() -> None:
    assert refusal(posted()) is not None
    secret = "a" * 32
    request = posted(**{"X-CSRFToken": secret})
    request.COOKIES["csrftoken"] = secret
    assert refusal(request) is None


def test_reading_is_never_refused() -> None:
    assert refusal(RequestFactory().get("/")) is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("site", "status"), [("same-origin", 302), ("cross-site", 403)]
)
def test_the_admin_follows_the_same_rule(site: str, status: int) -> None:
    UserFactory.create(username="ann", is_staff=True)
    client = Client(enforce_csrf_checks=True, headers={"Sec-Fetch-Site": site})
    data = {"username": "ann", "password": "password"}
    response = client.post("/admin/login/?next=/admin/", data)
    assert response.status_code == status
