"""The command that fills a local installation with something to look at."""

from __future__ import annotations

import json
import secrets
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, TypedDict

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from access.models import Token, digest_of
from workflows.catalog import model_ids, registry
from workflows.demo import TICKET_TRIAGE, demos
from workflows.models import Workflow
from workflows.services import create_workflow

USERNAME = "demo"

GREETING = """\
Open {url}/ and sign in as {username} with the password {password}

The admin is at {url}/admin/, the API at {url}/api/docs

Stream a run of the ticket triage:

  curl -N -X POST {url}/api/workflows/{workflow}/runs \
-H 'Authorization: Token {token}' -H 'Accept: text/event-stream' \
-H 'Content-Type: application/json' -d '{{}}'
"""


class Credentials(TypedDict):
    """What the demo user signs in with; kept beside the local database."""

    username: str
    password: str
    token: str


class Command(BaseCommand):
    """Repeating it changes nothing, and mends what is missing."""

    help = "Create the demo user and workflows, and print how to sign in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--url", default="http://127.0.0.1:8000", help="where the server will be"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError(
                "Demo data is for a local installation: set WAYFLOW_DEBUG=true there."
            )
        place = Path(settings.BASE_DIR) / ".local" / "demo.json"
        with transaction.atomic():
            credentials = _seeded(_kept(place))
        _keep(place, credentials)
        self.stdout.write(
            GREETING.format(
                url=options["url"].rstrip("/"), workflow=TICKET_TRIAGE, **credentials
            )
        )


def _seeded(credentials: Credentials | None) -> Credentials:
    fresh = credentials or _drawn()
    user = _user(fresh)
    tokens = Token.objects.usable(timezone.now()).filter(owner=user)
    if not tokens.filter(digest=digest_of(fresh["token"])).exists():
        _, fresh["token"] = Token.objects.issue(owner=user, name="Demo")
    model = model_ids()["llm"][0]
    for id, graph in demos(registry(), model).items():
        if not Workflow.objects.filter(pk=id).exists():
            create_workflow(id=id, graph=graph, owner=user)
    return fresh


def _drawn() -> Credentials:
    return {
        "username": USERNAME,
        "password": secrets.token_urlsafe(12),
        "token": "",
    }


def _user(credentials: Credentials) -> User:
    user, _ = User.objects.get_or_create(username=credentials["username"])
    is_ready = user.is_active and user.is_staff and user.is_superuser
    if not is_ready or not user.check_password(credentials["password"]):
        user.is_active = user.is_staff = user.is_superuser = True
        user.set_password(credentials["password"])
        user.save()
    return user


def _kept(place: Path) -> Credentials | None:
    if not place.exists():
        return None
    kept: Credentials = json.loads(place.read_text())
    return kept


def _keep(place: Path, credentials: Credentials) -> None:
    place.parent.mkdir(exist_ok=True)
    place.touch(mode=0o600)
    place.write_text(json.dumps(credentials, indent=2) + "\n")
