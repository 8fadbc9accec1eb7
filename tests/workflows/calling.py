"""Calls of the workflows' REST API, as its tests make them."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client

from workflows.models import Workflow

LIST = "/api/workflows"


def send(client: Client, method: str, path: str, body: Any, **headers: str) -> Any:
    return client.generic(
        method, path, json.dumps(body), content_type="application/json", headers=headers
    )


def refused(response: Any) -> tuple[int, str, str | None]:
    error = response.json()["errors"][0]
    return response.status_code, error["code"], error["attr"]


def of(workflow: Workflow, *more: str) -> str:
    return "/".join((LIST, str(workflow.pk), *more))
