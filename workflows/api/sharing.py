"""The groups to which a workflow is open, over REST."""

from __future__ import annotations

from collections.abc import Iterable

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from access.openapi import FAILS
from workflows import services
from workflows.models import Level, Share

from .resource import WorkflowResource, read
from .serializers import SharesSerializer


class ShareActions(WorkflowResource):
    """What its owner, or staff with the permission, does with a workflow's shares."""

    @extend_schema(responses=SharesSerializer, extensions={FAILS: [403]})
    @action(detail=True)
    def shares(self, request: Request, pk: str) -> Response:
        """The groups to which a workflow is open; its owner may ask."""
        workflow_id = self.get_object().pk
        return _shown(services.shares_of(workflow_id=workflow_id, by=self.user))

    @extend_schema(request=SharesSerializer, responses=SharesSerializer)
    @shares.mapping.put
    def share(self, request: Request, pk: str) -> Response:
        """Open a workflow to these groups and to no others.

        Its owner can name the groups they are a member of, and those to which it is
        open already.
        """
        workflow_id = self.get_object().pk
        given = read(SharesSerializer(data=request.data))["shares"]
        levels = {share["group"]: Level(share["level"]) for share in given}
        return _shown(
            services.share_workflow(
                workflow_id=workflow_id, levels=levels, by=self.user
            )
        )


def _shown(shares: Iterable[Share]) -> Response:
    shown = [{"group": share.group.name, "level": share.level} for share in shares]
    return Response({"shares": shown})
