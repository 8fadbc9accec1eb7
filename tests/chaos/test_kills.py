"""A server that is killed again and again: every run comes to its right outcome."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from . import ledger
from .clients import Client, ada
from .kinds import KINDS, effects_before
from .ledger import Entry
from .lives import Nursery, World
from .provider import Storyteller
from .verdict import (
    Story,
    check_each_began_once_in_a_life,
    check_nothing_committed_began_again,
    check_nothing_ran_ahead,
    check_nothing_was_rewritten,
    check_story,
    reduced,
    stories,
)

LONGEST = 30.0
"""Seconds after which a run that nobody disturbs has ended."""

FAILING = {"a", "b"}
"""Nodes that are tried again, in the kinds named next."""
TRIED_AGAIN = ("retried", "continued")


@dataclass(slots=True)
class News:
    """How much all clients heard; whoever waits for more is told."""

    heard: int = 0
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self) -> None:
        self.heard += 1
        self._changed.set()

    async def reach(self, heard: int) -> None:
        while self.heard < heard:
            self._changed.clear()
            await self._changed.wait()


@dataclass(frozen=True, slots=True, kw_only=True)
class Death:
    """How things stood when a life ended."""

    life: int
    stories: Mapping[str, Story]


async def test_no_kill_keeps_a_run_from_its_right_outcome(
    nursery: Nursery, world: World, chance: random.Random, kills: int
) -> None:
    news, up = News(), asyncio.Event()
    deaths: list[Death] = []
    clients: list[Client] = []
    server = world.server()
    async with (
        Storyteller(world.provider_port) as provider,
        ada(nursery, server.url) as http,
        asyncio.TaskGroup() as crowd,
    ):
        for _ in range(kills):
            for kind in KINDS:
                label = f"{kind}-{len(clients)}"
                client = Client(
                    kind=kind,
                    label=label,
                    http=http,
                    nursery=nursery,
                    up=up,
                    heard=news.tell,
                )
                clients.append(client)
                crowd.create_task(client.see_through())
            up.set()
            await until_some_moment(news, chance)
            up.clear()
            server.end()
            deaths.append(Death(life=world.begun, stories=stories(world.database)))
            server = await asyncio.to_thread(world.server, server.port)
        up.set()
        async with asyncio.timeout(LONGEST):
            while any(not client.is_over for client in clients):
                await news.reach(news.heard + 1)
    check(world, deaths, clients, provider.asked)


async def until_some_moment(news: News, chance: random.Random) -> None:
    """Return at a random moment, while there is something going on."""
    heard = news.heard + chance.randrange(100)
    try:
        async with asyncio.timeout(2):
            await news.reach(heard)
    except TimeoutError:
        return
    await asyncio.sleep(chance.random() / 50)


def check(
    world: World,
    deaths: list[Death],
    clients: list[Client],
    asked: list[tuple[str, str]],
) -> None:
    final = stories(world.database)
    entries = ledger.entries(world.folder)
    assert len(final) == len(clients)
    for death in deaths:
        later = {f"life-{n}" for n in range(death.life + 1, world.begun + 1)}
        check_nothing_was_rewritten(death.stories, final)
        check_nothing_committed_began_again(
            death.stories, (entry for entry in entries if entry.life in later)
        )
        check_who_came_first(death, entries)
        told = {s.label for s in death.stories.values() if "llm" in s.settled()}
        again = [label for life, label in asked if life in later and label in told]
        assert not again, again
    tried_again = {client.run for client in clients if client.kind in TRIED_AGAIN}
    check_each_began_once_in_a_life(
        entry
        for entry in entries
        if not (entry.run in tried_again and entry.node in FAILING)
    )
    for client in clients:
        story = final[client.run]
        check_story(story, entries)
        check_outcome(client, story)
        check_what_was_seen(client, story)


def check_who_came_first(death: Death, entries: list[Entry]) -> None:
    """What had begun by then had waited for what is before it."""
    lived = {f"life-{n}" for n in range(death.life + 1)}
    for name, kind in KINDS.items():
        check_nothing_ran_ahead(
            death.stories,
            effects_before(kind.document),
            (
                entry
                for entry in entries
                if entry.life in lived
                and death.stories[entry.run].label.startswith(name)
            ),
        )


def check_outcome(client: Client, story: Story) -> None:
    """The run ended as its kind should."""
    expected = KINDS[client.kind].expected
    assert story.label == client.label
    if expected is None:
        assert (story.status, story.cancel_requested) == ("cancelled", True)
    else:
        assert (story.status, story.error) == ("completed", None)
        assert reduced(story.result) == expected(client.label)
    assert client.won <= 1


def check_what_was_seen(client: Client, story: Story) -> None:
    """Whatever a server told is in the journal, and all of the journal was told."""
    seen: list[dict[str, Any]] = [
        {"event": frame.event, "data": frame.data} for frame in client.seen
    ]
    assert [frame.id for frame in client.seen] == list(range(1, len(seen) + 1))
    written = [
        {"event": event["event"], "data": event["data"]} for event in story.events
    ]
    assert seen == written
