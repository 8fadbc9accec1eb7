"""What a forked life does: fill a database, serve it, or play a script in it."""

from __future__ import annotations

import importlib
import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import uvicorn
from django.conf import settings
from django.contrib.auth.models import Permission, User
from django.core.management import call_command
from django.db import connections
from django.urls import get_resolver

from access.models import Token
from wayflow.serializer import deserialize
from wayflow_project.asgi import application
from workflows.services import create_workflow

from . import script
from .kinds import KINDS, OTHERS
from .ledger import FOLDER, LIFE
from .reaper import Place, Reaper

# Loaded slowly, by a server's first call of a model and by its first request.
importlib.import_module("openai.resources")
get_resolver().url_patterns  # noqa: B018


def enter(database: str, folder: str, life: str, provider_port: int) -> None:
    """Belong to a world from now on."""
    output = os.open(
        Path(folder) / "output.txt", os.O_WRONLY | os.O_APPEND | os.O_CREAT
    )
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.environ |= {FOLDER: folder, LIFE: life}
    connections.settings["default"]["NAME"] = database
    settings.WAYFLOW["OPENAI_BASE_URL"] = f"http://127.0.0.1:{provider_port}/v1"


def populate(told: str) -> None:
    """Make the tables, a person and a workflow of each kind; ``told`` names them."""
    call_command("migrate", verbosity=0)
    person = User.objects.create(username="ada", password="!")
    person.user_permissions.add(Permission.objects.get(codename="run_adhoc_graph"))
    _, token = Token.objects.issue(owner=person, name="chaos")
    documents = {name: kind.document for name, kind in KINDS.items()} | OTHERS
    workflows = {
        name: create_workflow(name=name, graph=deserialize(document), owner=person)
        for name, document in documents.items()
    }
    ids = {name: str(workflow.pk) for name, workflow in workflows.items()}
    Path(told).write_text(json.dumps({"token": token, "workflows": ids}))
    # Then all of it is in the one file that is to be copied.
    connections.close_all()


def play(place: dict[str, Any] | None, number: int, told: str) -> None:
    """Play the script until a place is visited; else tell what was visited."""
    reaper = Reaper(None if place is None else Place(**place), number)
    reaper.watch()
    script.play()
    visits = [[asdict(place), times] for place, times in reaper.visits.items()]
    Path(told).write_text(json.dumps(visits))


def serve(port: int) -> None:
    """Be a server until a signal comes. Models see the life in the API key."""
    settings.WAYFLOW["OPENAI_API_KEY"] = f"sk-{os.environ[LIFE]}"
    uvicorn.run(
        application,
        host="127.0.0.1",
        port=port,
        lifespan="on",
        log_level="warning",
        timeout_graceful_shutdown=5,
    )
