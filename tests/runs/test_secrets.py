"""A run says, shows and stores nothing of the server's secrets."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import orjson
import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import override_settings

from access.scrubber import MARK
from access.secrets import scrubber
from runs import chunks
from runs.chunks import ChunkStyle
from runs.inputs import checked_inputs
from runs.live import Hub, Subscription
from runs.models import Run
from runs.records import record, records_of, row_text
from runs.settling import settle_failed
from runs.stored_values import BIG
from wayflow.errors import HandlerThrew
from wayflow.events import Event, node_chunk, node_status, run_error
from wayflow.serializer import deserialize
from wayflow.status import NodeStatus
from workflows.models import GraphDocument
from workflows.services import store_document
from workflows.services.documents import SecretInGraph

from .frames import frames_in
from .scenes import chain, claimed, history
from .stage import PATIENCE

KEY = "sk-proj-Zq81LmTTs0w9-XvB72kd"
BASIC = base64.b64encode(f"user:{KEY}".encode()).decode()


@pytest.fixture(autouse=True)
def kept() -> Iterator[None]:
    """The server has one more secret; so is, by mistake, the word for an outcome."""
    mine = {**settings.WAYFLOW, "SECRETS": [KEY, "completed", "node_status"]}
    with override_settings(WAYFLOW=mine):
        scrubber.cache_clear()
        yield
    scrubber.cache_clear()


# --- records ---


def test_frame_journal_and_private_part_of_an_event_hold_no_secret() -> None:
    event = node_status("n", NodeStatus.COMPLETE, outputData={"a": KEY, KEY: [KEY]})
    written = record(
        1,
        event,
        {
            "outputs": {"a": f"-{KEY}"},
            "result": {KEY: 1},
            "suspension": {"data": KEY},
            "key": "run:n",
        },
    )
    (stored,) = orjson.loads(row_text([written]))
    assert stored["data"]["outputData"] == {"a": MARK, MARK: [MARK]}
    assert stored["private"] == {
        "outputs": {"a": f"-{MARK}"},
        "result": {MARK: 1},
        "suspension": {"data": MARK},
        "key": "run:n",
    }
    assert KEY.encode() not in written.frame
    assert event["data"]["outputData"]["a"] == KEY


def test_an_error_hides_no_secret_in_base64() -> None:
    event = run_error({"code": "X", "message": f"Authorization: Basic {BASIC}"})
    assert MARK.encode() in record(1, event).frame


def test_the_words_of_the_engine_are_no_secret() -> None:
    event = Event(event="run_status", data={"status": "completed", "result": {}})
    written = record(1, event)
    assert (written.status, written.name) == ("completed", "run_status")
    assert b'"status":"completed"' in written.frame


def test_an_event_of_a_handler_is_scrubbed_down_to_its_name() -> None:
    written = record(1, Event(event=f"x-{KEY}", data={"status": KEY}))
    assert written.name == f"x-{MARK}"
    assert written.data == b'{"status":"[secret]"}'


@pytest.mark.parametrize("data", [None, 5, KEY, [KEY]])
def test_an_event_of_a_handler_may_have_anything_for_data(data: Any) -> None:
    written = record(1, Event(event="progress", data=data))
    assert written.data == orjson.dumps(scrubber().value(data))


def test_a_big_value_that_is_stored_beside_the_journal_holds_no_secret() -> None:
    text = "x" * BIG + KEY
    event = node_status("n", NodeStatus.COMPLETE)
    written = record(1, event, {"outputs": {"v": text}})
    assert written.spared is not None
    (value,) = written.spared.values.values()
    assert value.endswith(b'x[secret]"')


def test_what_was_stored_before_it_became_secret_is_not_shown() -> None:
    stored = orjson.dumps([{"event": "progress", "data": {"said": KEY}}]).decode()
    (shown,) = records_of(1, stored)
    assert shown.data == b'{"said":"[secret]"}'


# --- live texts ---


def say(hub: Hub, run_id: Any, words: list[str], before: str = "") -> str:
    for word in words:
        before += word
        hub.chunk(run_id, 0, node_chunk("n", word, before))
    return before


async def heard(watcher: Subscription, style: ChunkStyle) -> list[Any]:
    """The next chunks that a watcher gets."""
    await asyncio.wait_for(watcher.wait(), PATIENCE)
    return seen(watcher, style)


def seen(watcher: Subscription, style: ChunkStyle) -> list[Any]:
    """The chunks that there are for a watcher now."""
    watcher.take(0)
    parts = watcher.chunks(0, style)
    return [frame.data for part in parts for frame in frames_in(part)]


@pytest.mark.parametrize("style", list(ChunkStyle))
async def test_a_secret_that_is_split_over_chunks_is_shown_in_none(
    monkeypatch: pytest.MonkeyPatch, style: ChunkStyle
) -> None:
    monkeypatch.setattr(chunks, "PACE_SECONDS", 0.0)
    hub, run_id = Hub(), uuid4()
    early = hub.subscribe(run_id)
    text = say(hub, run_id, ["It is ", KEY[:9]])
    (first,) = await heard(early, style)
    assert first["delta"] == "It is "
    late = hub.subscribe(run_id)
    text = say(hub, run_id, [KEY[9:15]], text)
    assert [chunk["delta"] for chunk in seen(late, style)] == ["It is "]
    assert seen(early, style) == []
    say(hub, run_id, [KEY[15:], " so"], text)
    for watcher in (early, late):
        (chunk,) = await heard(watcher, style)
        assert chunk["delta"] == f"{MARK} so"
        if style is ChunkStyle.CONTENT:
            assert chunk["content"] == f"It is {MARK} so"


async def test_what_looked_like_a_secret_is_shown_when_its_node_is_over() -> None:
    hub, run_id = Hub(), uuid4()
    watcher = hub.subscribe(run_id)
    say(hub, run_id, ["It is ", KEY[:-1]])
    await heard(watcher, ChunkStyle.DELTA)
    hub.publish(run_id, [record(1, node_status("n", NodeStatus.COMPLETE))])
    await asyncio.wait_for(watcher.wait(), PATIENCE)
    watcher.take(0)
    rest = watcher.last_chunk("n", 1, ChunkStyle.DELTA)
    assert rest is not None
    assert [frame.data["delta"] for frame in frames_in(rest)] == [KEY[:-1]]


async def test_a_letter_that_begins_a_secret_is_shown_before_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(chunks, "HOLD_SECONDS", 0.01)
    hub, run_id = Hub(), uuid4()
    watcher = hub.subscribe(run_id)
    text = say(hub, run_id, ["Files"])
    shown = ""
    while shown != "Files":
        shown += "".join(c["delta"] for c in await heard(watcher, ChunkStyle.DELTA))
    say(hub, run_id, [f"{KEY[1:]}!"], text)
    (chunk,) = await heard(watcher, ChunkStyle.DELTA)
    assert chunk["delta"] == f"{MARK}!"


async def test_a_node_that_is_named_like_a_secret_is_not_named() -> None:
    hub, run_id = Hub(), uuid4()
    watcher = hub.subscribe(run_id)
    hub.chunk(run_id, 0, node_chunk(KEY, "hi", "hi"))
    (chunk,) = await heard(watcher, ChunkStyle.CONTENT)
    assert chunk["nodeId"] == MARK


# --- what is stored ---


def test_inputs_come_in_without_secrets() -> None:
    graph = deserialize(chain())
    assert checked_inputs(graph, {"v": f"{KEY}?"}) == {"v": f"{MARK}?"}


@pytest.mark.django_db
def test_the_row_of_a_run_that_could_not_go_on_holds_no_secret(user: User) -> None:
    claim = claimed(user)
    error = HandlerThrew(f"cannot reach https://x:{KEY}@host")
    assert settle_failed(claim.run_id, error, epoch=claim.epoch)
    run = Run.objects.get(pk=claim.run_id)
    assert run.error["message"] == f"cannot reach https://x:{MARK}@host"
    assert history(run.pk)[-1]["data"]["error"] == run.error


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("part", "where"),
    [
        ({"data": {"headers": [{"k": f"Bearer {KEY}"}]}}, "Node merge"),
        ({"data": {"auth": BASIC}}, "Node merge"),
        ({"label": KEY}, "Node merge"),
    ],
)
def test_a_graph_with_a_secret_is_not_stored(part: dict[str, Any], where: str) -> None:
    document = chain("merge")
    document["nodes"]["merge"] |= part
    with pytest.raises(SecretInGraph, match=where) as refused:
        store_document(deserialize(document))
    assert (refused.value.status_code, refused.value.code) == (
        400,
        "WF_SECRET_IN_GRAPH",
    )
    assert not GraphDocument.objects.exists()


@pytest.mark.django_db
def test_a_secret_in_the_metadata_of_a_graph_is_refused_too() -> None:
    document = {**chain("merge"), "metadata": {"name": KEY}}
    with pytest.raises(SecretInGraph, match="The graph"):
        store_document(deserialize(document))
