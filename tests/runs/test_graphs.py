"""Graphs in memory: as many as are of use, and never so large that memory ends."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from runs import graphs as module
from runs import services
from runs.graphs import GraphCache
from runs.models import Trigger
from tests.factories import graph_document
from wayflow.graph import Graph
from wayflow.jsontext import json_bytes
from wayflow.serializer import deserialize
from workflows.services import NotAllowed, digest_of


def graph(number: int, **more: Any) -> Graph:
    return deserialize(graph_document(field=f"f{number}", **more))


def test_the_last_used_are_kept() -> None:
    cache = GraphCache(kept=2)
    first, second, third = (cache.keep(f"{n}", graph(n)) for n in range(3))
    assert [cache.known(f"{n}") for n in range(3)] == [None, second, third]
    cache.known("1")
    cache.keep("3", graph(3))
    assert [cache.known(f"{n}") is None for n in range(4)] == [True, False, True, False]
    assert first is not second


def test_large_ones_push_out_more_than_one() -> None:
    size = len(json_bytes(graph(0).document))
    cache = GraphCache(kept_bytes=3 * size)
    for n in range(3):
        cache.keep(f"{n}", graph(n))
    assert all(cache.known(f"{n}") for n in range(3))
    large = graph(3, nodes=5)
    assert size < len(json_bytes(large.document))
    cache.keep("3", large)
    assert [cache.known(f"{n}") for n in range(3)] == [None, None, None]
    # The newest stays whatever its size: its run is about to begin.
    assert cache.known("3") is large


def test_what_is_kept_already_stays_the_same() -> None:
    cache = GraphCache()
    assert cache.keep("0", graph(0)) is cache.keep("0", graph(0))


@pytest.mark.django_db
def test_a_graph_that_nobody_may_run_is_not_kept(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = GraphCache()
    monkeypatch.setattr("runs.subjects.graphs", cache)
    assert module.graphs is not cache
    posted = graph_document(field="unknown")
    with pytest.raises(NotAllowed):
        services.start_graph(graph=posted, by=user, trigger=Trigger.EDITOR)
    assert cache.known(digest_of(deserialize(posted))) is None
