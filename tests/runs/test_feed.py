"""The feed tells each caller what concerns them, once, and costs next to nothing."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import Group, User
from django.db import connection, transaction
from django_eventstream.eventrequest import EventRequest
from django_eventstream.eventstream import EventPermissionError, get_events
from django_eventstream.views import get_listener_manager
from pytest_django.fixtures import Settings

from access.endpoint import THREADS
from runs import services
from runs.feed import storage, stream, teller
from runs.feed.channels import UserChannels, channel_of
from runs.feed.seats import seats
from runs.feed.storage import FeedStorage
from runs.feed.stream import READERS
from runs.feed_events import FeedEvent, newest_id, news, note
from runs.host import EngineHost
from runs.models import Run
from runs.retention import prune_feed
from tests.factories import TokenFactory, UserFactory
from wayflow.checkpoint import Decision

from .calling import Caller, Exchange, code_of
from .frames import Frame, ids
from .scenes import Document, chain, ended, grant, queued, review_graph, started
from .stage import PATIENCE

pytestmark = pytest.mark.django_db(transaction=True)

aended, astarted = sync_to_async(ended), sync_to_async(started)
aqueued = sync_to_async(queued)
adecide = sync_to_async(services.decide)
acancel = sync_to_async(services.request_cancel)
anote = sync_to_async(note)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits long for what another process brought."""
    monkeypatch.setattr(teller, "POLL_SECONDS", 0.02)
    monkeypatch.setattr(teller, "PAUSE_SECONDS", 0.0)


@pytest.fixture
async def listen() -> Any:
    """Opens feeds, and leaves them in the end."""
    opened: list[Exchange] = []

    async def call(caller: Caller, **headers: str) -> Exchange:
        exchange = await caller.get("/api/feed", **headers)
        assert exchange.status == 200
        opened.append(exchange)
        return exchange

    yield call
    for exchange in opened:
        await exchange.leave()
    assert not seats.users()


Listen = Callable[..., Awaitable[Exchange]]


async def read(feed: Exchange, name: str, status: str) -> list[Frame]:
    """The feed up to the event that tells of this status."""
    frames: list[Frame] = []
    while not any((f.event, f.data.get("status")) == (name, status) for f in frames):
        frames += await feed.frames_until(name)
    return frames


async def live(feed: Exchange, run: Run) -> None:
    """Return once the feed has read what is stored, and only listens from now on."""
    await anote(run.pk, "queued")
    await read(feed, "run", "queued")


def told(frames: list[Frame]) -> list[tuple[str, str]]:
    return [(frame.event, frame.data["status"]) for frame in frames]


def asking(**terms: Any) -> Document:
    """A graph whose review has these terms."""
    document = review_graph()
    document["nodes"]["review"]["data"]["review"] = terms
    return document


async def caller_for(user: User) -> Caller:
    return Caller(await sync_to_async(TokenFactory.create)(owner=user))


async def somebody(*permissions: str) -> User:
    made = await sync_to_async(UserFactory.create)()
    return await sync_to_async(grant)(made, *permissions)


# --- who is told what ---


async def test_nobody_listens_without_saying_who_they_are() -> None:
    refused = await Caller().get("/api/feed")
    assert await code_of(refused) == (401, "not_authenticated")
    assert refused.headers["content-type"] == "application/json"


async def test_an_owner_hears_how_their_run_moves(
    host: EngineHost, caller: Caller, user: User, listen: Listen
) -> None:
    feed = await listen(caller)
    assert feed.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert feed.headers["cache-control"] == "no-cache, no-transform"
    run = await astarted(user, chain())
    frames = await read(feed, "run", "completed")
    assert told(frames) == [("run", s) for s in ("queued", "running", "completed")]
    assert {frame.data["id"] for frame in frames} == {str(run.pk)}
    assert frames[0].data.keys() == {"id", "workflowId", "status"}
    assert ids(frames) == sorted(set(ids(frames)))


async def test_a_stranger_hears_nothing_of_it(
    host: EngineHost, user: User, listen: Listen
) -> None:
    stranger = await somebody()
    feed = await listen(await caller_for(stranger))
    await aended((await astarted(user, chain())).pk)
    theirs = await aqueued(stranger)
    await anote(theirs.pk, "queued")
    (only,) = await read(feed, "run", "queued")
    assert only.data["id"] == str(theirs.pk)


@pytest.mark.parametrize("by", ["users", "groups"])
async def test_who_is_asked_hears_of_the_review_and_of_its_answer(
    host: EngineHost, user: User, listen: Listen, by: str
) -> None:
    asked, group = await somebody(), await Group.objects.acreate(name="editors")
    await group.user_set.aadd(asked)
    names = {"users": [asked.username], "groups": ["editors"]}
    feed = await listen(await caller_for(asked))
    run = await astarted(user, asking(**{by: names[by]}), {"v": "draft"})
    (waiting,) = await read(feed, "review", "waiting")
    assert waiting.data["runId"] == str(run.pk)
    assert (waiting.data["nodeId"], waiting.data["workflowId"]) == ("review", None)
    review = await run.reviews.aget()
    assert waiting.data["id"] == review.pk
    await adecide(run_id=run.pk, decision=Decision("approved"), by=asked)
    assert told(await read(feed, "review", "answered")) == [("review", "answered")]


async def test_who_is_not_named_is_not_asked_even_as_the_owner(
    host: EngineHost, caller: Caller, user: User, listen: Listen
) -> None:
    feed = await listen(caller)
    asked = await somebody()
    run = await astarted(user, asking(users=[asked.username]), {"v": 1})
    frames = await read(feed, "run", "paused")
    await acancel(run_id=run.pk, by=user)
    frames += await read(feed, "run", "cancelled")
    assert {frame.event for frame in frames} == {"run"}


async def test_a_review_is_withdrawn_when_its_run_is_cancelled(
    host: EngineHost, caller: Caller, user: User, listen: Listen
) -> None:
    feed = await listen(caller)
    run = await astarted(user, review_graph(), {"v": 1})
    await read(feed, "review", "waiting")
    await acancel(run_id=run.pk, by=user)
    frames = await read(feed, "review", "withdrawn")
    assert frames[-1].data["runId"] == str(run.pk)


async def test_what_was_rolled_back_is_not_told(
    caller: Caller, user: User, listen: Listen
) -> None:
    feed = await listen(caller)
    run = await aqueued(user)

    @sync_to_async
    def undone() -> None:
        with transaction.atomic():
            note(run.pk, "error")
            transaction.set_rollback(True)

    await undone()
    await anote(run.pk, "queued")
    assert told(await read(feed, "run", "queued")) == [("run", "queued")]


# --- coming back ---


@pytest.mark.parametrize("by", ["header", "query"])
async def test_who_comes_back_hears_what_they_missed(
    host: EngineHost, caller: Caller, user: User, listen: Listen, by: str
) -> None:
    feed = await listen(caller)
    await aended((await astarted(user, chain())).pk)
    first = (await read(feed, "run", "queued"))[0].id
    await feed.leave()
    other = await astarted(user, chain())
    await aended(other.pk)
    headers = {"Last-Event-ID": str(first)} if by == "header" else {}
    query = f"?after={first}" if by == "query" else ""
    again = await caller.get(f"/api/feed{query}", **headers)
    frames: list[Frame] = []
    while len(frames) < 5:
        frames += await again.frames_until("run")
    await again.leave()
    assert [status for _, status in told(frames)] == [
        *("running", "completed"),
        *("queued", "running", "completed"),
    ]


async def test_who_heard_nothing_yet_is_told_where_to_go_on(
    caller: Caller, user: User, listen: Listen
) -> None:
    await anote((await aqueued(user)).pk, "queued")
    feed = await listen(caller)
    newest = await sync_to_async(newest_id)()
    opening = await feed._parts.get()
    assert opening == b"id: %d\nretry: 2000\n\n" % newest


async def test_who_missed_more_than_is_kept_is_told_to_load_anew(
    caller: Caller, user: User, listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = await aqueued(user)
    for _ in range(5):
        await anote(run.pk, "queued")
    newest = await sync_to_async(newest_id)()
    monkeypatch.setattr("runs.retention.KEPT", 2)
    assert await sync_to_async(prune_feed)() == 3
    still_whole = await listen(caller, **{"Last-Event-ID": str(newest - 2)})
    assert len(await still_whole.frames_until("run")) == 2
    for unknown in (newest - 3, newest + 100):
        feed = await listen(caller, **{"Last-Event-ID": str(unknown)})
        (reset,) = await feed.frames_until("stream-reset")
        assert (reset.id, reset.data) == (newest, {})
    await anote(run.pk, "running")
    assert told(await read(feed, "run", "running")) == [("run", "running")]


async def test_a_number_that_is_none_is_refused(caller: Caller) -> None:
    refused = await caller.get("/api/feed", **{"Last-Event-ID": "x"})
    assert await code_of(refused) == (400, "WF_EVENT_ID_INVALID")
    assert not seats.users()


# --- nothing is lost ---


async def test_a_burst_is_told_whole_in_order_and_once(
    caller: Caller, user: User, listen: Listen
) -> None:
    feed = await listen(caller)
    run = await aqueued(user)

    @sync_to_async
    def burst() -> None:
        with transaction.atomic():
            for number in range(300):
                note(run.pk, str(number))

    await burst()
    frames = await read(feed, "run", "299")
    assert [int(status) for _, status in told(frames)] == list(range(300))


async def test_what_another_process_stored_is_told(
    caller: Caller, user: User, listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed = await listen(caller)
    run = await aqueued(user)
    await live(feed, run)
    # Its commit wakes nobody here.
    await FeedEvent.objects.acreate(run=run, status="running")
    assert told(await read(feed, "run", "running")) == [("run", "running")]


async def test_what_is_committed_after_a_later_one_is_told_too(
    caller: Caller, user: User, listen: Listen
) -> None:
    feed = await listen(caller)
    run = await aqueued(user)
    await live(feed, run)
    base = await sync_to_async(newest_id)()
    await FeedEvent.objects.acreate(id=base + 3, run=run, status="third")
    await read(feed, "run", "third")
    await FeedEvent.objects.acreate(id=base + 2, run=run, status="second")
    assert told(await read(feed, "run", "second")) == [("run", "second")]


async def test_a_telling_that_fails_is_logged_and_made_up_for(
    caller: Caller,
    user: User,
    listen: Listen,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    feed = await listen(caller)
    run = await aqueued(user)
    await live(feed, run)
    failed = threading.Event()

    def fails_once(*args: Any) -> Any:
        if not failed.is_set():
            failed.set()
            raise RuntimeError("no database")
        return storage.recipients(*args)

    monkeypatch.setattr(teller, "recipients", fails_once)
    await anote(run.pk, "running")
    assert told(await read(feed, "run", "running")) == [("run", "running")]
    assert failed.is_set()
    assert "The feed could not be read" in caplog.text


async def test_a_move_costs_its_run_one_statement_more(user: User) -> None:
    run = await aqueued(user)

    @sync_to_async
    def statements() -> int:
        with connection.execute_wrapper(counting):
            note(run.pk, "running")
        return len(executed)

    executed: list[str] = []

    def counting(execute: Any, sql: str, *rest: Any) -> Any:
        executed.append(sql)
        return execute(sql, *rest)

    assert await statements() == 1
    assert news.is_set()


# --- what listening costs ---


def open_connections() -> int:
    """How many connections to the database the process has."""
    if connection.vendor != "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database()"
            )
            return int(cursor.fetchone()[0])
    name = str(connection.settings_dict["NAME"])
    links = [f"/proc/self/fd/{fd}" for fd in os.listdir("/proc/self/fd")]
    return sum(os.path.lexists(at) and os.readlink(at) == name for at in links)


@pytest.mark.skipif("not os.path.exists('/proc/self/fd')")
async def test_listeners_hold_no_thread_and_no_connection(
    caller: Caller, user: User, listen: Listen, settings: Settings
) -> None:
    settings.WAYFLOW = {**settings.WAYFLOW, "FEED_LISTENERS_PER_USER": 100}
    run = await aqueued(user)
    threads = threading.active_count()
    connections = await sync_to_async(open_connections)()
    feeds = [await listen(caller) for _ in range(60)]
    await anote(run.pk, "running")
    for feed in feeds:
        await read(feed, "run", "running")
    # The pools of the process, however many listen: endpoint, feed-reader and feed.
    pools = THREADS + READERS + 1
    assert threading.active_count() <= threads + pools
    assert await sync_to_async(open_connections)() <= connections + pools


async def test_the_thread_that_tells_ends_with_the_last_listener(
    caller: Caller, listen: Listen
) -> None:
    feed = await listen(caller)
    (tells,) = [thread for thread in threading.enumerate() if thread.name == "feed"]
    await feed.leave()
    await asyncio.to_thread(tells.join, PATIENCE)
    assert not tells.is_alive()
    assert get_listener_manager().listeners_by_channel == {}


async def test_a_user_listens_so_many_times_and_no_more(
    caller: Caller, listen: Listen, settings: Settings
) -> None:
    settings.WAYFLOW = {**settings.WAYFLOW, "FEED_LISTENERS_PER_USER": 2}
    first, _ = await listen(caller), await listen(caller)
    refused = await caller.get("/api/feed")
    assert "retry-after" in refused.headers
    assert await code_of(refused) == (429, "WF_FEED_TOO_MANY_LISTENERS")
    await first.leave()
    await listen(caller)


async def test_a_process_seats_so_many_and_no_more(
    caller: Caller, stranger: Caller, listen: Listen, settings: Settings
) -> None:
    settings.WAYFLOW = {**settings.WAYFLOW, "FEED_LISTENERS": 1}
    await listen(caller)
    refused = await stranger.get("/api/feed")
    assert "retry-after" in refused.headers
    assert await code_of(refused) == (503, "WF_FEED_FULL")


async def test_silence_is_kept_alive_by_comments(
    caller: Caller, listen: Listen, settings: Settings
) -> None:
    settings.WAYFLOW = {**settings.WAYFLOW, "KEEP_ALIVE_SECONDS": 0.01}
    feed = await listen(caller)
    await feed._parts.get()
    async with asyncio.timeout(PATIENCE):
        assert await feed._parts.get() == b": keep-alive\n\n"


async def test_a_listener_has_to_come_back_in_the_end(
    caller: Caller, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.WAYFLOW = {**settings.WAYFLOW, "KEEP_ALIVE_SECONDS": 0.01}
    monkeypatch.setattr(stream, "LONGEST_SECONDS", 0.0)
    feed = await caller.get("/api/feed")
    assert (await feed.body()).endswith(b": keep-alive\n\n")
    assert not seats.users()


# --- the channels of django-eventstream ---


async def test_a_channel_is_open_to_its_user_alone(user: User) -> None:
    other = await somebody()
    channels = UserChannels()
    assert channels.can_read_channel(user, channel_of(user.pk))
    assert not channels.can_read_channel(other, channel_of(user.pk))
    assert not channels.can_read_channel(None, channel_of(user.pk))
    request = EventRequest()
    request.channels, request.user, request.is_next = (
        {channel_of(user.pk)},
        other,
        False,
    )
    with pytest.raises(EventPermissionError):
        get_events(request)


def test_the_feed_is_written_by_moves_alone(user: User) -> None:
    with pytest.raises(TypeError, match="moves"):
        FeedStorage().append_event(channel_of(user.pk), "run", {})


def test_what_tells_of_a_pruned_run_is_left_out(user: User) -> None:
    before = newest_id()
    run: Run = queued(user)
    note(uuid4(), "running")
    note(run.pk, "running")
    kept = FeedStorage().get_events(channel_of(user.pk), before)
    assert len(kept) == 1
