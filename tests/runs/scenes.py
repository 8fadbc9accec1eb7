"""Graphs and runs in a few words."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson
from django.contrib.auth.models import Permission, User
from django.utils import timezone

from runs import claims, services
from runs.claims import Claim
from runs.models import JournalEntry, OnDisconnect, Run, Trigger
from runs.streaming import wait_for_outcome
from wayflow.serializer import deserialize
from wayflow.testing import graph_document, node_document
from workflows.services import store_document

from .stage import PATIENCE

Document = dict[str, Any]


def field(name: str, data_type: str = "any", **more: Any) -> dict[str, Any]:
    """A row of an Input or Output node."""
    return {"name": name, "dataType": data_type, **more}


def chain(*types: str, fields: list[dict[str, Any]] | None = None) -> Document:
    """Input, then a node of each type named after it, then Output."""
    rows = fields or [field("v", default="hello")]
    middle = [node_document(t, t, inputs=["v"], outputs=["v"]) for t in types]
    ids = ["in", *types, "out"]
    wires = [f"{a}.v -> {b}.v" for a, b in itertools.pairwise(ids)]
    return graph_document(
        node_document("in", "input", {"fields": rows}, outputs=["v"]),
        *middle,
        node_document("out", "output", {"fields": [field("v")]}, inputs=["v"]),
        wires=wires,
    )


def review_graph() -> Document:
    """Input, a human review, and an Output for each branch."""
    return graph_document(
        node_document("in", "input", {"fields": [field("v")]}, outputs=["v"]),
        node_document(
            "review",
            "humanInTheLoop",
            {"instructions": "Look at it."},
            inputs=["input"],
            outputs=["approved", "rejected"],
        ),
        node_document("yes", "output", {"fields": [field("sent")]}, inputs=["sent"]),
        node_document("no", "output", {"fields": [field("back")]}, inputs=["back"]),
        wires=[
            "in.v -> review.input",
            "review.approved -> yes.sent",
            "review.rejected -> no.back",
        ],
    )


def gated(name: str) -> Document:
    """A graph whose one node of effects is a gate of this name."""
    rows = [field("v", default="hello")]
    return graph_document(
        node_document("in", "input", {"fields": rows}, outputs=["v"]),
        node_document(name, "gate", inputs=["v"], outputs=["v"]),
        wires=[f"in.v -> {name}.v"],
    )


def grant(user: User, *permissions: str) -> User:
    """``user``, with these permissions and no memory of having lacked them."""
    for permission in permissions:
        app, codename = permission.split(".")
        found = Permission.objects.get(content_type__app_label=app, codename=codename)
        user.user_permissions.add(found)
    return User.objects.get(pk=user.pk)


def queued(owner: User, document: Document | None = None, **fields: Any) -> Run:
    """A queued run that nobody was told about."""
    graph = deserialize(document or chain())
    return Run.objects.create(
        document=store_document(graph),
        owner=owner,
        trigger=Trigger.PYTHON,
        **fields,
    )


def claimed(owner: User, host: str = "test") -> Claim:
    """A run that the test itself drives."""
    claim = claims.claim(queued(owner).pk, host=host, now=timezone.now())
    assert claim is not None
    return claim


def started(
    owner: User,
    document: Document,
    inputs: Mapping[str, Any] | None = None,
    *,
    on_disconnect: OnDisconnect = OnDisconnect.CONTINUE,
) -> Run:
    """A run of ``document`` on the process's host."""
    return services.start_graph(
        graph=document,
        by=grant(owner, "workflows.run_adhoc_graph"),
        trigger=Trigger.PYTHON,
        inputs=dict(inputs or {}),
        on_disconnect=on_disconnect,
    )


def ended(run_id: UUID) -> Run:
    """The run, once it ended or paused."""
    asyncio.run(wait_for_outcome(run_id, seconds=PATIENCE))
    return Run.objects.get(pk=run_id)


def history(run_id: UUID) -> list[dict[str, Any]]:
    """The stored records of a run, after checking that their numbers are dense."""
    records: list[dict[str, Any]] = []
    for entry in JournalEntry.objects.filter(run=run_id).order_by("first_seq"):
        events = orjson.loads(entry.events)
        assert entry.first_seq == len(records) + 1
        assert entry.last_seq == len(records) + len(events)
        records += events
    assert Run.objects.get(pk=run_id).last_seq == len(records)
    return records


def statuses(run_id: UUID) -> list[str]:
    """What the run's ``run_status`` events said, in order."""
    return [
        record["data"]["status"]
        for record in history(run_id)
        if record["event"] == "run_status"
    ]
