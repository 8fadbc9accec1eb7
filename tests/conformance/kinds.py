"""What is done with a case of each kind."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from .case import Case, Mode
from .compare import Mismatch
from .kind_document import (
    check_cycle,
    check_deserialize,
    check_serialize,
    check_validate,
    check_validate_results,
)
from .kind_http import check_http
from .kind_model import (
    check_image_size,
    check_messages,
    check_ports,
    check_schema,
    check_template,
    check_template_vars,
)
from .kind_resume import check_resume
from .kind_run import check_outcome, check_run, check_table
from .kind_session import check_session
from .kind_tool import (
    check_define_tool,
    check_describe,
    check_graph_tool,
    check_snake_case,
)

Check = Callable[[Case, Mode], Awaitable[None]]
"""``await check(case, mode)`` raises Mismatch when the engine differs."""

KINDS: Mapping[str, Check] = {
    "run": check_run,
    "outcome": check_outcome,
    "resume": check_resume,
    "table": check_table,
    "session": check_session,
    "http": check_http,
    "deserialize": check_deserialize,
    "serialize": check_serialize,
    "cycle": check_cycle,
    "validate": check_validate,
    "validate_results": check_validate_results,
    "graph_tool": check_graph_tool,
    "define_tool": check_define_tool,
    "describe": check_describe,
    "snake_case": check_snake_case,
    "schema": check_schema,
    "template": check_template,
    "messages": check_messages,
    "template_vars": check_template_vars,
    "image_size": check_image_size,
    "ports": check_ports,
}


async def check_recorded(case: Case, mode: Mode) -> None:
    """Do what the case says and compare. Raises Mismatch."""
    check = KINDS.get(case.kind)
    if check is None:
        raise Mismatch(f"nobody knows what to do with the kind {case.kind!r}")
    await check(case, mode)
