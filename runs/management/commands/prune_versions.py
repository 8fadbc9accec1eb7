"""The command that thins out old versions of workflows."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from runs.retention import ROWS_AT_ONCE, prunable_versions, prune_versions


class Command(BaseCommand):
    """May run beside the server: each transaction is short."""

    help = (
        "Delete versions that are neither published nor named nor the newest, and that"
        " no run refers to: of each old day all but the last, of each very old month"
        " all but the last."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--days",
            type=float,
            help="the age from which days thin out; 12 times that, months do; else"
            " WAYFLOW_VERSION_DAYS",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="tell how many, delete none"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        days = options["days"] or settings.WAYFLOW["VERSION_DAYS"]
        if not 0 < days < 36_500:
            raise CommandError(
                "Versions are kept for ever (WAYFLOW_VERSION_DAYS); give --days."
            )
        versions = prunable_versions(now=timezone.now(), days=days)
        if options["dry_run"]:
            self.stdout.write(f"{versions.count()} versions would be deleted.")
            return
        count = 0
        while pruned := prune_versions(versions, most=ROWS_AT_ONCE):
            count += pruned
        self.stdout.write(f"Deleted {count} versions.")
