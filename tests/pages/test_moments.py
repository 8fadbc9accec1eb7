"""How long ago something was, as the pages say it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from pages.templatetags.moments import ago


@pytest.mark.parametrize(
    ("passed", "said"),
    [
        (timedelta(seconds=-5), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1, seconds=30), "1\xa0minute ago"),
        (timedelta(hours=26), "1\xa0day ago"),
        (timedelta(days=800), "2\xa0years ago"),
    ],
)
def test_the_largest_unit_is_enough(passed: timedelta, said: str) -> None:
    assert ago(timezone.now() - passed) == said
