"""Instructions that are no text are spelled as JSON, as the editor would."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from runs.host import EngineHost
from runs.models import Review

from .scenes import ended, history, review_graph, started

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("given", "spelled"),
    [
        ({"a": [1, True, None]}, '{"a":[1,true,null]}'),
        ([1.0, "x"], '[1,"x"]'),
        (True, "true"),
        (1e21, "1e+21"),
        (None, ""),
        ("as\0it is", "as\ufffdit is"),
    ],
)
def test_instructions_of_any_type_are_shown(
    host: EngineHost, user: User, given: Any, spelled: str
) -> None:
    graph = review_graph()
    graph["nodes"]["review"]["data"]["instructions"] = given
    run = ended(started(user, graph, {"v": 1}).pk)
    assert Review.objects.get(run=run).instructions == spelled
    paused = history(run.pk)[-1]["data"]["suspension"]
    assert paused["instructions"].replace("\0", "\ufffd") == spelled
