"""What may be done at design time: one verb each, by keyword, whole or not at all."""

from .copying import duplicate_workflow
from .documents import (
    GraphTooLarge,
    InvalidViewport,
    digest_of,
    read_graph,
    read_snapshot,
    store_document,
)
from .editing import (
    DESCRIPTION_LENGTH,
    WorkflowExists,
    create_workflow,
    delete_workflow,
    graph_as_called,
    newest_as_called,
    put_graph,
    save_graph,
    update_details,
)
from .giving import OwnerInactive, give_workflow
from .locking import NotAllowed, PreconditionFailed, WorkflowNotFound
from .permissions import NodeForbidden, refuse_forbidden_nodes
from .publishing import (
    Publication,
    VersionNotRunnable,
    preview_publication,
    publish,
    unpublish,
)
from .sharing import GroupUnknown, share_workflow, shares_of
from .versions import (
    VersionNotFound,
    find_version,
    name_version,
    restore_version,
)

__all__ = [
    "DESCRIPTION_LENGTH",
    "GraphTooLarge",
    "GroupUnknown",
    "InvalidViewport",
    "NodeForbidden",
    "NotAllowed",
    "OwnerInactive",
    "PreconditionFailed",
    "Publication",
    "VersionNotFound",
    "VersionNotRunnable",
    "WorkflowExists",
    "WorkflowNotFound",
    "create_workflow",
    "delete_workflow",
    "digest_of",
    "duplicate_workflow",
    "find_version",
    "give_workflow",
    "graph_as_called",
    "name_version",
    "newest_as_called",
    "preview_publication",
    "publish",
    "put_graph",
    "read_graph",
    "read_snapshot",
    "refuse_forbidden_nodes",
    "restore_version",
    "save_graph",
    "share_workflow",
    "shares_of",
    "store_document",
    "unpublish",
    "update_details",
]
