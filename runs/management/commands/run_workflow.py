"""The command that runs a workflow from a shell and waits for what comes of it."""

from __future__ import annotations

import asyncio
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser

from access.errors import ApiError
from runs import services
from runs.inputs import InputField
from runs.models import Run, Trigger
from runs.runnable import asked_by, runnable_version
from runs.streaming import RunStream, wait_for_outcome
from wayflow.errors import WayflowError
from wayflow.jsontext import json_text, parse
from wayflow.status import RunStatus
from workflows.models import Workflow

INTERRUPTED = 130
PAUSED = 3
"""Exit codes; a failed or cancelled run is 1."""

SECONDS_TO_CANCEL = 10.0


class Command(BaseCommand):
    """On stdout is the result alone, after the events if they are wanted."""

    help = (
        "Run a workflow and print its result as JSON. Exits with 1 when the run fails"
        " or is cancelled, and with 3, printing the question, when it pauses for a"
        " review. Ctrl-C cancels the run."
    )

    def create_parser(
        self, prog_name: str, subcommand: str, **kwargs: Any
    ) -> CommandParser:
        # Django's own --version would tell Django's.
        kwargs["conflict_handler"] = "resolve"
        return super().create_parser(prog_name, subcommand, **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("workflow", help="its id or its exact name")
        parser.add_argument("--user", required=True, help="who runs it")
        inputs = parser.add_mutually_exclusive_group()
        inputs.add_argument(
            "--input",
            action="append",
            default=[],
            metavar="NAME=VALUE",
            help="one input, once or more; all but texts are written as JSON",
        )
        inputs.add_argument("--inputs", metavar="JSON", help="all inputs as an object")
        parser.add_argument(
            "--version",
            dest="number",
            type=int,
            metavar="N",
            help="another version than the published one, else the newest",
        )
        parser.add_argument(
            "--events", action="store_true", help="print each event on a line"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        by = _user(options["user"])
        try:
            run = _started(options, by)
        except (ApiError, WayflowError) as error:
            raise CommandError(
                _refusal(error.code, error.message, error.hint)
            ) from None
        try:
            asyncio.run(self._follow(run.pk, shown=options["events"]))
        except KeyboardInterrupt:
            self._cancel(run, by)
            sys.exit(INTERRUPTED)
        self._conclude(Run.objects.get(pk=run.pk))

    async def _follow(self, run_id: UUID, *, shown: bool) -> None:
        stream = RunStream(run_id)
        try:
            async for frames in stream:
                for line in _lines(frames) if shown else ():
                    self.stdout.write(line)
        finally:
            stream.close()

    def _cancel(self, run: Run, by: User) -> None:
        self.stderr.write(f"Cancelling the run {run.pk}.")
        services.request_cancel(run_id=run.pk, by=by)
        with suppress(KeyboardInterrupt):
            asyncio.run(wait_for_outcome(run.pk, seconds=SECONDS_TO_CANCEL))

    def _conclude(self, run: Run) -> None:
        if run.status == RunStatus.COMPLETED:
            self.stdout.write(json_text(run.result))
        elif run.status == RunStatus.PAUSED:
            review = run.reviews.open().order_by("opened_seq").last()
            self.stdout.write(json_text(review and review.wire()))
            self.stderr.write(f"The run {run.pk} waits for a review.")
            sys.exit(PAUSED)
        elif run.error is not None:
            error = run.error
            raise CommandError(
                _refusal(error["code"], error["message"], error.get("hint"))
            )
        else:
            raise CommandError(f"{run.status}: The run {run.pk} was cancelled.")


def _started(options: dict[str, Any], by: User) -> Run:
    workflow_id = _workflow_id(options["workflow"], by)
    version = runnable_version(workflow_id, options["number"], by)
    return services.start_workflow(
        workflow_id=workflow_id,
        number=version.number,
        by=by,
        trigger=Trigger.PYTHON,
        inputs=_inputs(options, {field.name: field for field in asked_by(version)}),
    )


def _user(username: str) -> User:
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        raise CommandError(f"There is no active user {username!r}.")
    return user


def _workflow_id(given: str, by: User) -> UUID:
    """The id that ``given`` is, else that of the one workflow with this name."""
    with suppress(ValueError):
        return UUID(given)
    named = Workflow.objects.visible_to(by).filter(name=given).order_by("pk")
    ids = list(named.values_list("pk", flat=True)[:10])
    if not ids:
        raise CommandError(f"There is no workflow {given!r}.")
    if len(ids) > 1:
        several = ", ".join(map(str, ids))
        raise CommandError(
            f"More than one workflow has this name; give one of {several}."
        )
    return ids[0]


def _inputs(options: dict[str, Any], asked: dict[str, InputField]) -> Any:
    if options["inputs"] is not None:
        try:
            return parse(options["inputs"])
        except ValueError as error:
            raise CommandError(f"--inputs is not JSON: {error}") from None
    pairs = (given.partition("=") for given in options["input"])
    return {name: _value(name, text, asked) for name, _, text in pairs}


def _value(name: str, text: str, asked: dict[str, InputField]) -> Any:
    """``text`` as the input wants it; what is not JSON stays a text."""
    if name not in asked:
        known = ", ".join(asked) or "none"
        raise CommandError(f"There is no input {name!r}; the workflow has: {known}.")
    field = asked[name]
    if field.data_type in ("string", "image") and not field.multiple:
        return text
    try:
        return parse(text)
    except ValueError:
        return text


def _lines(frames: bytes) -> Iterator[str]:
    """The events among server-sent ``frames``, each as a line of JSON."""
    for frame in frames.decode().split("\n\n"):
        told = dict(line.split(": ", 1) for line in frame.split("\n") if ": " in line)
        if "event" in told:
            seq = f'"seq":{told["id"]},' if "id" in told else ""
            yield f'{{{seq}"event":"{told["event"]}","data":{told["data"]}}}'


def _refusal(code: str, message: str, hint: str | None) -> str:
    return f"{code}: {message}" + (f" {hint}" if hint else "")
