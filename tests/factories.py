"""People, tokens and workflows as tests need them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import factory
from django.contrib.auth.models import User

from access.models import Token
from wayflow.serializer import deserialize
from workflows.models import Workflow
from workflows.services import create_workflow


def graph_document(
    *, field: str = "v", metadata: Mapping[str, Any] | None = None, nodes: int = 0
) -> dict[str, Any]:
    """A plain graph that hands an input to an output; ``nodes`` idle ones beside."""
    row = {"name": field, "dataType": "any", "default": "hello"}
    document = {
        "nodes": {
            "in": _node("in", "input", 0, {"id": field, "side": "output"}, row),
            "out": _node("out", "output", 1, {"id": field, "side": "input"}, row),
            **{f"m{i}": _node(f"m{i}", "merge", 2, None, row) for i in range(nodes)},
        },
        "edges": {
            "e1": {
                "id": "e1",
                "sourceNodeId": "in",
                "sourcePortId": field,
                "targetNodeId": "out",
                "targetPortId": field,
            }
        },
    }
    return document if metadata is None else {**document, "metadata": dict(metadata)}


def _node(
    id: str, type: str, column: int, port: dict[str, str] | None, row: dict[str, Any]
) -> dict[str, Any]:
    return {
        "id": id,
        "type": type,
        "label": type,
        "position": {"x": 40 + column * 300, "y": 80},
        "size": {"width": 220, "height": 120},
        "data": {"fields": [row]},
        "ports": [] if port is None else [port],
        "zIndex": column,
    }


class UserFactory(factory.django.DjangoModelFactory[User]):
    """A user without any permission; the password is ``password``."""

    username = factory.Sequence(lambda n: f"user{n}")
    password = factory.django.Password("password")

    class Meta:
        model = User


class TokenFactory(factory.Factory[Token]):
    """A token in the database; ``clear_of`` tells its clear text."""

    owner = factory.SubFactory(UserFactory)
    name = "test"

    class Meta:
        model = Token

    @classmethod
    def _create(cls, model_class: type[Token], *args: Any, **kwargs: Any) -> Token:
        token, clear = Token.objects.issue(**kwargs)
        token.__dict__["clear"] = clear
        return token


def clear_of(token: Token) -> str:
    """The clear text of a token that ``TokenFactory`` made."""
    clear: str = token.__dict__["clear"]
    return clear


class WorkflowFactory(factory.Factory[Workflow]):
    """A workflow with one version, of any form of ``graph``."""

    owner = factory.SubFactory(UserFactory)
    name = factory.Sequence(lambda n: f"Workflow {n}")
    graph = factory.LazyFunction(graph_document)

    class Meta:
        model = Workflow

    @classmethod
    def _create(
        cls, model_class: type[Workflow], *args: Any, **kwargs: Any
    ) -> Workflow:
        graph = deserialize(kwargs.pop("graph"))
        return create_workflow(graph=graph, **kwargs)
