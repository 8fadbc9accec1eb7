"""The difference of two versions in the words of the API's schema."""

from __future__ import annotations

from collections.abc import Mapping

from rest_framework import serializers

from access.openapi import TEXT, YES_OR_NO, Schema, listed, shape
from access.serializers import StrictSerializer
from workflows.diff import EDGE_ENDS


class DiffQuery(StrictSerializer):
    """With which version to compare."""

    to = serializers.IntegerField(
        min_value=1, required=False, help_text="The other version; else the newest."
    )


_CHANGE = {
    "description": "A value that came, went or became another.",
    **shape(
        "path",
        "kind",
        "cut",
        path={
            "type": "array",
            "description": "The keys and list indexes that lead to the value.",
            "items": {"type": ["string", "integer"]},
        },
        kind={"enum": ["added", "removed", "changed"]},
        before={"description": "The value in the first version, unless it was added."},
        after={"description": "The value in the second, unless it was removed."},
        cut={**YES_OR_NO, "description": "Only the beginnings of values are shown."},
    ),
}
_NODE = {"id": TEXT, "type": TEXT, "label": TEXT}
_EDGE = {name: TEXT for name in ("id", *EDGE_ENDS)}


def _members(member: Mapping[str, Schema], **more: Schema) -> Schema:
    changed = shape(*member, "changes", **member, changes=listed(_CHANGE))
    plain = listed(shape(*member, **member))
    return shape(
        *("added", "removed", "changed", *more),
        added=plain,
        removed=plain,
        changed=listed(changed),
        **more,
    )


DIFF: Schema = shape(
    *("from", "to", "nodes", "edges", "metadata", "reordered", "truncated"),
    **{
        "from": {"type": "integer"},
        "to": {"type": "integer"},
        "nodes": _members(
            _NODE,
            moved={
                **listed(TEXT),
                "description": "The ids of nodes that are drawn elsewhere, or larger;"
                " nothing else of them changed.",
            },
        ),
        "edges": _members(_EDGE),
        "metadata": {
            **listed(_CHANGE),
            "description": "Of all in the graph that is neither node nor edge.",
        },
        "reordered": {
            **YES_OR_NO,
            "description": "What is in both versions comes in another order.",
        },
        "truncated": {
            **YES_OR_NO,
            "description": "There are more changes of values than are listed.",
        },
    },
)
