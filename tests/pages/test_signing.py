"""The way in and out: for everybody, and never to another site."""

from __future__ import annotations

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client

from tests.factories import UserFactory, WorkflowFactory

from .looking import Looked, look

pytestmark = pytest.mark.django_db

RIGHT = {"username": "ann", "password": "password"}


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_whoever_is_unknown_is_led_to_the_sign_in_page_and_back(
    client: Client, user: User
) -> None:
    aim = f"/workflows/{WorkflowFactory.create(owner=user).pk}?run=1&x=%26"
    led = client.get(aim)
    assert led.status_code == 302
    page = look(client, led["Location"])
    (field,) = [tag for tag in page.named("input") if tag["name"] == "next"]
    assert field["value"] == aim
    assert client.post("/sign-in", {**RIGHT, "next": aim})["Location"] == aim
    assert is_signed_in(client)


def test_without_an_aim_one_lands_at_ones_workflows(client: Client, user: User) -> None:
    assert client.post("/sign-in", RIGHT)["Location"] == "/"


@pytest.mark.parametrize(
    "aim",
    [
        "https://evil.example",
        "//evil.example",
        "///evil.example",
        "\\\\evil.example",
        "/\\evil.example",
        "http:evil.example",
        "javascript:alert(1)",
        " https://evil.example",
        "\thttps://evil.example",
        "https://testserver@evil.example",
        "/sign-in",
        "/sign-in?next=/sign-in",
    ],
)
def test_nobody_is_led_to_another_site_or_in_a_circle(
    client: Client, user: User, aim: str
) -> None:
    assert client.post("/sign-in", {**RIGHT, "next": aim})["Location"] == "/"
    assert client.get("/sign-in", {"next": aim})["Location"] == "/"


@pytest.mark.parametrize("password", ["wrong", ""])
def test_a_wrong_password_is_told_without_telling_who_exists(
    client: Client, user: User, password: str
) -> None:
    told = set()
    for name in ("ann", "nobody"):
        given = {"username": name, "password": password}
        response = client.post("/sign-in", given)
        assert response.status_code == 200
        page = Looked(response.content.decode())
        told.add(" ".join(tag.text for tag in page.tags if "note" in tag["class"]))
    assert len(told) == 1
    assert not is_signed_in(client)


def test_guessing_is_told_to_wait(
    client: Client, user: User, settings: LazySettings
) -> None:
    settings.WAYFLOW = {**settings.WAYFLOW, "SIGN_INS_PER_MINUTE": 1}
    cache.clear()
    # The minute may end between two of them.
    answers = [client.post("/sign-in", {**RIGHT, "password": "x"}) for _ in range(3)]
    assert "Too many attempts" in Looked(answers[-1].content.decode()).text
    cache.clear()


def test_whoever_was_deactivated_stays_outside(client: Client) -> None:
    UserFactory.create(username="ann", is_active=False)
    assert client.post("/sign-in", RIGHT).status_code == 200
    assert not is_signed_in(client)


def test_a_name_that_was_typed_is_a_text(client: Client) -> None:
    response = client.post("/sign-in", {"username": '"><b>', "password": "x"})
    assert Looked(response.content.decode()).named("b") == []


def test_signing_out_takes_a_form_not_a_link(visitor: Client) -> None:
    assert visitor.get("/sign-out").status_code == 405
    assert is_signed_in(visitor)
    assert visitor.post("/sign-out")["Location"] == "/sign-in"
    assert not is_signed_in(visitor)


def test_the_admin_keeps_its_own_way_in(client: Client) -> None:
    assert client.get("/admin/")["Location"] == "/admin/login/?next=/admin/"


def test_whoever_is_no_staff_changes_the_password_and_stays(
    visitor: Client, user: User
) -> None:
    new = "a quite long new one"
    given = {"old_password": "password", "new_password1": new, "new_password2": new}
    response = visitor.post("/password", given, follow=True)
    assert "Your password is changed." in Looked(response.content.decode()).text
    user.refresh_from_db()
    assert user.check_password(new)


def test_a_password_is_changed_by_who_knows_it(visitor: Client, user: User) -> None:
    given = {"old_password": "x", "new_password1": "a b c d e", "new_password2": "y"}
    assert visitor.post("/password", given).status_code == 200
    user.refresh_from_db()
    assert user.check_password("password")
