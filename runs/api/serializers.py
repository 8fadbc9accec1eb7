"""Runs as the API shows them."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from runs.graphs import graphs
from runs.models import STATUS_CHOICES, JournalEntry, Run
from runs.node_runs import NodeRun, node_runs
from runs.rations import rationed
from runs.records import said
from wayflow.status import NodeStatus

ROWS_AT_ONCE = 20
REPEATS_SHOWN = 20

SUSPENSION = {
    "description": "The question at which a run waits for a person.",
    "type": "object",
    "required": ["runId", "nodeId", "instructions"],
    "properties": {
        "runId": {"type": "string", "format": "uuid"},
        "nodeId": {"type": "string"},
        "instructions": {"type": "string"},
        "data": {"description": "What is to be looked at; any value."},
    },
}


class WorkflowNameSerializer(serializers.Serializer[Any]):
    """The workflow of a run."""

    id = serializers.UUIDField()
    name = serializers.CharField()


class RunSerializer(serializers.ModelSerializer[Run]):
    """A run in a list."""

    workflow = WorkflowNameSerializer(allow_null=True, read_only=True)
    version = serializers.IntegerField(
        source="version.number", default=None, allow_null=True, read_only=True
    )
    owner = serializers.CharField(source="owner.username", read_only=True)
    createdAt = serializers.DateTimeField(source="created_at", read_only=True)
    startedAt = serializers.DateTimeField(
        source="started_at", allow_null=True, read_only=True
    )
    finishedAt = serializers.DateTimeField(
        source="finished_at", allow_null=True, read_only=True
    )
    durationMs = serializers.SerializerMethodField()
    cancelRequestedAt = serializers.DateTimeField(
        source="cancel_requested_at", allow_null=True, read_only=True
    )
    origin = serializers.UUIDField(source="origin_id", allow_null=True, read_only=True)

    class Meta:
        model = Run
        fields: tuple[str, ...] = (
            "id",
            "workflow",
            "version",
            "status",
            "trigger",
            "owner",
            "createdAt",
            "startedAt",
            "finishedAt",
            "durationMs",
            "cancelRequestedAt",
            "origin",
        )
        read_only_fields = fields

    def get_durationMs(self, run: Run) -> int | None:
        took = run.duration
        return None if took is None else took // timedelta(milliseconds=1)


class UsageSerializer(serializers.Serializer[Any]):
    """The tokens that one model took and gave, in all attempts of a node."""

    model = serializers.CharField()
    inputTokens = serializers.IntegerField()
    outputTokens = serializers.IntegerField()


class NodeRunSerializer(serializers.Serializer[Any]):
    """What a node did in a run; times are in ms since the epoch.

    Of values that are too long, and of all after 4 MB of them, there is a marker
    `{"__truncated": true, "size", "preview"}`. Of the newest attempt's tool calls there
    are the first 200, of the failed attempts the last 50.
    """

    nodeId = serializers.CharField()
    type = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    status = serializers.CharField()
    attempts = serializers.IntegerField()
    inputs = serializers.JSONField(required=False)
    outputData = serializers.JSONField(required=False)
    error = serializers.JSONField(required=False)
    startedAt = serializers.IntegerField(required=False)
    finishedAt = serializers.IntegerField(required=False)
    durationMs = serializers.IntegerField(required=False)
    toolCalls = serializers.JSONField(required=False)
    toolCallCount = serializers.IntegerField(required=False)
    failedAttempts = serializers.JSONField(required=False)
    usage = UsageSerializer(many=True, required=False)


class CancelSerializer(serializers.Serializer[Any]):
    """Who asked for a cancel, when its run heard of it, and what that interrupted."""

    requestedAt = serializers.DateTimeField()
    requestedBy = serializers.CharField(allow_null=True)
    observedAt = serializers.DateTimeField(allow_null=True)
    interrupted = serializers.ListField(child=serializers.CharField())


class RepeatSerializer(serializers.Serializer[Any]):
    """A run that repeats another."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=STATUS_CHOICES)
    createdAt = serializers.DateTimeField(source="created_at")


class UsedTokenSerializer(serializers.Serializer[Any]):
    """The API token with which a run was asked for."""

    name = serializers.CharField()
    prefix = serializers.CharField()


class RunDetailSerializer(RunSerializer):
    """A run with all that is known of it, for the ``user`` of the context.

    `token` is told to the owner of the token and to staff who may see all runs.
    `repeats` are the newest 20 retries and reruns of it that the caller may see.
    """

    inputs = serializers.JSONField(read_only=True)
    result = serializers.JSONField(read_only=True)
    error = serializers.JSONField(read_only=True)
    attempts = serializers.IntegerField(read_only=True)
    lastSeq = serializers.IntegerField(source="last_seq", read_only=True)
    document = serializers.CharField(source="document.digest", read_only=True)
    token = serializers.SerializerMethodField()
    suspension = serializers.SerializerMethodField()
    cancel = serializers.SerializerMethodField()
    repeats = serializers.SerializerMethodField()
    nodeRuns = serializers.SerializerMethodField()

    class Meta(RunSerializer.Meta):
        fields = (
            *RunSerializer.Meta.fields,
            "token",
            "inputs",
            "result",
            "error",
            "suspension",
            "cancel",
            "repeats",
            "attempts",
            "lastSeq",
            "document",
            "nodeRuns",
        )
        read_only_fields = fields

    @extend_schema_field(UsedTokenSerializer(allow_null=True))
    def get_token(self, run: Run) -> dict[str, Any] | None:
        token, user = run.token, self.context["user"]
        if token is None:
            return None
        sees_all = user.is_staff and user.has_perm("runs.view_run")
        if not sees_all and token.owner_id != user.pk:
            return None
        return UsedTokenSerializer(token).data

    @extend_schema_field({"oneOf": [SUSPENSION, {"type": "null"}]})
    def get_suspension(self, run: Run) -> dict[str, Any] | None:
        review = run.reviews.open().order_by("opened_seq").last()
        return None if review is None else review.wire()

    @extend_schema_field(CancelSerializer(allow_null=True))
    def get_cancel(self, run: Run) -> dict[str, Any] | None:
        if run.cancel_requested_at is None:
            return None
        by, stopped = run.cancel_requested_by, NodeStatus.CANCELLED
        return CancelSerializer(
            {
                "requestedAt": run.cancel_requested_at,
                "requestedBy": None if by is None else by.get_username(),
                "observedAt": run.cancel_observed_at,
                "interrupted": [n.node_id for n in self._nodes if n.status == stopped],
            }
        ).data

    @extend_schema_field(RepeatSerializer(many=True))
    def get_repeats(self, run: Run) -> Any:
        visible = Run.objects.visible_to(self.context["user"]).filter(origin=run)
        newest = visible.only("status", "created_at").order_by("-created_at", "-pk")
        return RepeatSerializer(newest[:REPEATS_SHOWN], many=True).data

    @extend_schema_field(NodeRunSerializer(many=True))
    def get_nodeRuns(self, run: Run) -> list[dict[str, Any]]:
        return [node.data() for node in self._nodes]

    @cached_property
    def _nodes(self) -> list[NodeRun]:
        run = self.instance
        assert isinstance(run, Run)
        entries = JournalEntry.objects.filter(run=run).order_by("first_seq")
        rows = entries.values_list("events", flat=True).iterator(ROWS_AT_ONCE)
        return node_runs(graphs.load(run.document.digest), rationed(said(rows)))
