"""Creating, changing and deleting workflows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone

from access.errors import ApiError
from access.writing import write_atomic
from wayflow.graph import Graph
from workflows.models import Workflow, WorkflowVersion

from .documents import store_document
from .locking import PreconditionFailed, editable, held
from .permissions import refuse_forbidden_nodes

if TYPE_CHECKING:
    from django.contrib.auth.models import User

UNTITLED = "Untitled workflow"
NAME_LENGTH = 200
DESCRIPTION_LENGTH = 50_000
"""Characters of one that a file or a graph brings: lists show many, and whole."""


class WorkflowExists(ApiError):
    def __init__(self) -> None:
        super().__init__(409, "WF_WORKFLOW_EXISTS", "This id is taken.")


@write_atomic()
def create_workflow(
    *,
    graph: Graph,
    owner: User,
    name: str = "",
    description: str = "",
    viewport: dict[str, Any] | None = None,
    id: UUID | None = None,
) -> Workflow:
    """A new workflow with its first version.

    Without a name, or a description, it takes those in the graph's metadata. Raises
    WorkflowExists and NodeForbidden.
    """
    refuse_forbidden_nodes(graph, owner)
    workflow = Workflow(
        id=id or uuid4(),
        name=name or _name_in(graph.metadata) or UNTITLED,
        description=description or _description_in(graph.metadata),
        owner=owner,
        viewport=viewport,
    )
    try:
        with transaction.atomic():
            workflow.save(force_insert=True)
    except IntegrityError:
        raise WorkflowExists from None
    _add_version(workflow, 1, graph, owner)
    return workflow


@write_atomic()
def save_graph(
    *,
    workflow_id: UUID,
    graph: Graph,
    viewport: dict[str, Any] | None,
    by: User,
    if_match: str | None = None,
) -> Workflow:
    """Make ``graph`` the newest version, unless it already is.

    What the workflow is called stays. A viewport alone, be it of the graph as the
    workflow is called, makes neither version nor revision; None keeps the stored one.
    Raises WorkflowNotFound, NotAllowed,
    PreconditionFailed and NodeForbidden.
    """
    workflow = editable(workflow_id, by, if_match=if_match)
    has_looked = viewport is not None and viewport != workflow.viewport
    if has_looked:
        workflow.viewport = viewport
        workflow.save(update_fields=["viewport"])
    # To read its graph, while others wait to write, takes longer than all the rest.
    newest = workflow.versions.without_content().latest("number")
    refuse_forbidden_nodes(graph, by)
    if has_looked and newest_as_called(workflow, graph):
        return workflow
    if _add_version(workflow, newest.number + 1, graph, by, after=newest):
        _touch(workflow)
    return workflow


@write_atomic()
def put_graph(
    *,
    workflow_id: UUID,
    graph: Graph,
    viewport: dict[str, Any] | None,
    by: User,
    if_match: str | None = None,
) -> Workflow:
    """Save into the workflow with this id; a free id becomes a workflow of ``by``.

    It is called, and described, as the graph's metadata say, if they do. Raises what
    ``save_graph`` and ``create_workflow`` raise.
    """
    if Workflow.objects.filter(pk=workflow_id).exists():
        workflow = save_graph(
            workflow_id=workflow_id,
            graph=graph,
            viewport=viewport,
            by=by,
            if_match=if_match,
        )
        return _called_by(workflow, graph, by)
    if if_match is not None:
        raise PreconditionFailed(None)
    return create_workflow(id=workflow_id, graph=graph, owner=by, viewport=viewport)


@write_atomic()
def update_details(
    *,
    workflow_id: UUID,
    by: User,
    name: str | None = None,
    description: str | None = None,
    if_match: str | None = None,
) -> Workflow:
    """Change what is given.

    Raises WorkflowNotFound, NotAllowed and PreconditionFailed.
    """
    workflow = editable(workflow_id, by, if_match=if_match)
    before = (workflow.name, workflow.description)
    workflow.name = workflow.name if name is None else name
    workflow.description = workflow.description if description is None else description
    if before != (workflow.name, workflow.description):
        _touch(workflow, "name", "description")
    return workflow


@write_atomic()
def delete_workflow(
    *, workflow_id: UUID, by: User, if_match: str | None = None
) -> None:
    """Put the workflow out of sight; its versions and runs stay.

    Raises WorkflowNotFound, NotAllowed and PreconditionFailed.
    """
    may = Workflow.objects.deletable_by(by)
    workflow = held(may, workflow_id, by, "delete this workflow", if_match=if_match)
    workflow.deleted_at = timezone.now()
    workflow.save(update_fields=["deleted_at"])


def _add_version(
    workflow: Workflow,
    number: int,
    graph: Graph,
    author: User,
    *,
    after: WorkflowVersion | None = None,
) -> bool:
    """Whether there is a new version; equal content makes none."""
    document = store_document(graph)
    if after is not None and after.document_id == document.pk:
        return False
    WorkflowVersion.objects.create(
        workflow=workflow, number=number, document=document, author=author
    )
    return True


def _called_by(workflow: Workflow, graph: Graph, by: User) -> Workflow:
    """The workflow, called and described as the graph's metadata say."""
    name = _name_in(graph.metadata) or workflow.name
    about = workflow.description
    if "description" in graph.metadata:
        about = _description_in(graph.metadata)
    if (name, about) == (workflow.name, workflow.description):
        return workflow
    return update_details(workflow_id=workflow.pk, by=by, name=name, description=about)


def graph_as_called(
    document: dict[str, Any], *, name: str, description: str
) -> dict[str, Any]:
    """A graph's document with what its workflow is called, and described, in it.

    An editor shows that, and saves with the graph what became of it.
    """
    own = document.get("metadata") or {}
    if (_name_in(own) or UNTITLED, _description_in(own)) == (name, description):
        return document
    return _with_metadata(document, name=name, description=description)


def newest_as_called(workflow: Workflow, graph: Graph) -> WorkflowVersion | None:
    """The newest version, if ``graph`` is it, called as its workflow is."""
    called = {"name": workflow.name, "description": workflow.description}
    if any(graph.metadata.get(key, value) != value for key, value in called.items()):
        return None
    newest = workflow.newest_version()
    content: Any = newest.document.content
    is_same = _with_metadata(content, **called) == _with_metadata(
        graph.document, **called
    )
    return newest if is_same else None


def _with_metadata(document: Mapping[str, Any], **more: str) -> dict[str, Any]:
    return {**document, "metadata": {**(document.get("metadata") or {}), **more}}


def _touch(workflow: Workflow, *changed: str) -> None:
    workflow.revision += 1
    workflow.updated_at = timezone.now()
    workflow.save(update_fields=[*changed, "revision", "updated_at"])


def _name_in(metadata: Mapping[str, Any]) -> str:
    return _text_in(metadata, "name").strip()[:NAME_LENGTH]


def _description_in(metadata: Mapping[str, Any]) -> str:
    return _text_in(metadata, "description")[:DESCRIPTION_LENGTH]


def _text_in(metadata: Mapping[str, Any], key: str) -> str:
    value = metadata.get(key)
    # PostgreSQL refuses the null character in text.
    return value.replace("\0", "") if isinstance(value, str) else ""
