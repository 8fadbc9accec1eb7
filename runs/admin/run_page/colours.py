"""The colours of states, by the names that the admin's labels know."""

from wayflow.status import NodeStatus, RunStatus

STATUS_COLOURS = {
    RunStatus.QUEUED.value: "primary",
    RunStatus.RUNNING.value: "info",
    RunStatus.PAUSED.value: "warning",
    RunStatus.WAITING.value: "info",
    RunStatus.COMPLETED.value: "success",
    RunStatus.ERROR.value: "danger",
}
NODE_COLOURS = {
    NodeStatus.RUNNING.value: "info",
    NodeStatus.WAITING.value: "warning",
    NodeStatus.COMPLETE.value: "success",
    NodeStatus.ERROR.value: "danger",
}
