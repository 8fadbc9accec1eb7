"""Big values: stored once for each run beside its journal, which refers to them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from hashlib import sha256
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

import orjson
from django.db import models

from wayflow.jsontext import json_bytes

BIG = 256 * 1024
"""Bytes of JSON above which a value is not repeated in every record that has it."""

Place: TypeAlias = tuple[str, str, str, str]

_PLACES = (
    ("data", "result"),
    ("data", "suspension"),
    ("private", "outputs"),
    ("private", "result"),
    ("private", "suspension"),
)
"""Objects in a record whose members are never truncated."""


class StoredValue(models.Model):
    """The JSON of a value of a run, by the SHA-256 of it."""

    run = models.ForeignKey(
        "runs.Run", on_delete=models.CASCADE, related_name="stored_values"
    )
    digest = models.CharField(max_length=64)
    value = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="runs_storedvalue_once", fields=["digest", "run"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.digest[:12]}"


class Spared(NamedTuple):
    """A record as its journal keeps it, and its big values by their digests."""

    text: bytes
    values: Mapping[str, bytes]


def spare(record: Mapping[str, Any]) -> Spared | None:
    """``record``, which is not changed, as JSON without its big values if it has any.

    They are null there; ``stored`` lists ``[part, object, member, digest]`` of each.
    """
    lean = dict(record)
    places: list[Place] = []
    values: dict[str, bytes] = {}
    for part, name in _PLACES:
        members = lean.get(part, {}).get(name) or {}
        for member, value in members.items():
            encoded = json_bytes(value)
            if len(encoded) > BIG:
                digest = sha256(encoded).hexdigest()
                values[digest] = encoded
                places.append((part, name, member, digest))
                rest = {**lean[part][name], member: None}
                lean[part] = {**lean[part], name: rest}
    return Spared(json_bytes({**lean, "stored": places}), values) if places else None


def put_back(stored: Mapping[str, Any]) -> None:
    """Give a stored record the big values of the parts that it has.

    Raises StoredValue.DoesNotExist.
    """
    for part, name, member, digest in stored.get("stored", ()):
        if part in stored:
            stored[part][name][member] = orjson.loads(_value(digest))


def keep(run_id: UUID, values: Mapping[str, bytes]) -> None:
    """Store values by their digests, unless the run has them already."""
    StoredValue.objects.bulk_create(
        [
            StoredValue(run_id=run_id, digest=digest, value=value.decode())
            for digest, value in values.items()
        ],
        ignore_conflicts=True,
    )


def digests_in(stored: Mapping[str, Any]) -> set[str]:
    """The digests of the big values that a stored record refers to."""
    return {digest for *_, digest in stored.get("stored", ())}


def copy_values(origin_id: UUID, run_id: UUID, digests: Collection[str]) -> None:
    """Store values of one run for another, unless that has them already."""
    for digest in digests:
        values = StoredValue.objects.filter(run=origin_id, digest=digest)
        for value in values.values_list("value", flat=True):
            keep(run_id, {digest: value.encode()})


def _value(digest: str) -> str:
    # Whose it is does not matter: equal digests, equal values.
    found = StoredValue.objects.filter(digest=digest).values_list("value", flat=True)
    for value in found[:1]:
        return value
    raise StoredValue.DoesNotExist(f"The value {digest} was deleted.")
