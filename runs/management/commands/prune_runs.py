"""The command that deletes runs which ended long ago."""

from __future__ import annotations

import re
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Collection
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from runs.retention import (
    prunable,
    prune_documents,
    prune_runs,
    unclaimed_documents,
)
from wayflow.status import TERMINAL, RunStatus
from workflows.models import Workflow

UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class Command(BaseCommand):
    """May run beside the server: each transaction is short."""

    help = (
        "Delete runs that ended, with their journals and reviews, and the graphs that"
        " nothing refers to any more. Runs that go on are never touched."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--older-than",
            type=_age,
            metavar="AGE",
            help="ended so long ago, such as 90d or 12h; else WAYFLOW_RETENTION_DAYS",
        )
        parser.add_argument(
            "--status",
            action="append",
            choices=sorted(status.value for status in TERMINAL),
            help="only runs that ended so, once or more",
        )
        parser.add_argument(
            "--workflow", help="only runs of this one, by id or exact name"
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="tell how many, delete none"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        runs = prunable(
            before=now - (options["older_than"] or _usual_age()),
            statuses=[RunStatus(s) for s in options["status"] or TERMINAL],
            workflow_ids=_workflow_ids(options["workflow"]),
        )
        if options["dry_run"]:
            self.stdout.write(f"{runs.count()} runs would be deleted.")
            return
        count = documents = 0
        while pruned := prune_runs(runs):
            count += pruned
        while pruned := prune_documents(unclaimed_documents(now=now)):
            documents += pruned
        self.stdout.write(f"Deleted {count} runs and {documents} unused graphs.")


def _age(text: str) -> timedelta:
    match = re.fullmatch(r"(\d{1,6})([mhdw])", text, re.ASCII)
    if match is None:
        raise ArgumentTypeError(f"{text!r} is not an age such as 90d, 12h, 30m or 2w")
    return timedelta(**{UNITS[match[2]]: int(match[1])})


def _usual_age() -> timedelta:
    days = settings.WAYFLOW["RETENTION_DAYS"]
    if days <= 0:
        raise CommandError(
            "Runs are kept for ever (WAYFLOW_RETENTION_DAYS); give --older-than."
        )
    return timedelta(days=days)


def _workflow_ids(given: str | None) -> Collection[UUID] | None:
    if given is None:
        return None
    named = Workflow.objects.filter(name=given)
    with suppress(ValueError):
        named = Workflow.objects.filter(pk=UUID(given))
    ids = list(named.order_by("pk").values_list("pk", flat=True))
    if not ids:
        raise CommandError(f"There is no workflow {given!r}.")
    if len(ids) > 1:
        several = ", ".join(map(str, ids))
        raise CommandError(
            f"More than one workflow has this name; give one of {several}."
        )
    return ids
