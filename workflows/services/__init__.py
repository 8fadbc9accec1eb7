"""What may be done at design time: one verb each, by keyword, whole or not at all."""

from .documents import (
    GraphTooLarge,
    InvalidViewport,
    digest_of,
    read_graph,
    read_snapshot,
    store_document,
)
from .editing import (
    WorkflowExists,
    create_workflow,
    delete_workflow,
    put_graph,
    save_graph,
    update_details,
)
from .locking import NotAllowed, PreconditionFailed, WorkflowNotFound
from .permissions import NodeForbidden, refuse_forbidden_nodes
from .publishing import VersionNotFound, publish

__all__ = [
    "GraphTooLarge",
    "InvalidViewport",
    "NodeForbidden",
    "NotAllowed",
    "PreconditionFailed",
    "VersionNotFound",
    "WorkflowExists",
    "WorkflowNotFound",
    "create_workflow",
    "delete_workflow",
    "digest_of",
    "publish",
    "put_graph",
    "read_graph",
    "read_snapshot",
    "refuse_forbidden_nodes",
    "save_graph",
    "store_document",
    "update_details",
]
