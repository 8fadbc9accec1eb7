"""What a page may be asked for."""

from __future__ import annotations

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "address",
    [
        "/admin/runs/run/?status__in=%00",
        "/admin/runs/run/?duration=a%00b",
        "/admin/auth/user/?q=%00",
        "/?q=%00",
    ],
)
def test_a_page_is_not_asked_for_a_nul(admin_client: Client, address: str) -> None:
    assert admin_client.get(address).status_code == 400


def test_a_page_may_be_asked_for_any_other_character(admin_client: Client) -> None:
    assert admin_client.get("/admin/runs/run/?q=%01%25%2500").status_code == 200
