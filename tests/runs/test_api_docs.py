"""The API's page is true: every line of it that calls the server is run here."""

from __future__ import annotations

import re
import subprocess
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.test import Client
from drf_spectacular.generators import SchemaGenerator

from access.models import Token
from runs import services
from runs.host import EngineHost
from runs.models import Review, Run, Trigger
from tests.factories import WorkflowFactory

from .calling import Caller
from .scenes import ended, review_graph

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "docs" / "api.md").read_text()
LINE = re.compile(r"^(curl (?:.*\\\n)*.*?)  # (\d{3})$", re.MULTILINE)
LINES = [(line, int(status)) for line, status in LINE.findall(PAGE)]


BESIDE = {("GET", "/api/schema"), ("POST", "/admin/login/")}
"""What has a line and is no operation of the schema."""


def parsed(line: str, **variables: str) -> Namespace:
    """What a shell hands to curl."""
    done = subprocess.run(
        ["sh", "-euc", f"curl() {{ printf '%s\\0' \"$@\"; }}; {line}"],
        env=variables,
        capture_output=True,
        text=True,
        check=True,
    )
    parser = ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("-X", dest="method")
    parser.add_argument("-d", dest="body", default="")
    parser.add_argument("-H", dest="headers", action="append")
    parser.add_argument("-b", dest="signed_in", default="")
    parser.add_argument("-c", dest="signs_in", default="")
    for flag in ("-N", "-i"):
        parser.add_argument(flag, action="store_true")
    call = parser.parse_args(done.stdout.split("\0")[:-1])
    call.method = call.method or ("POST" if call.body else "GET")
    call.path = call.url.removeprefix("http://testserver")
    call.headers = dict(header.split(": ", 1) for header in call.headers)
    return call


@pytest.fixture
def paused(host: EngineHost, user: User) -> Run:
    """A run, of a workflow of the caller's, that waits for a review."""
    workflow = WorkflowFactory.create(owner=user, graph=review_graph())
    run = services.start_workflow(
        workflow_id=workflow.pk, by=user, trigger=Trigger.API, inputs={"v": "draft"}
    )
    return ended(run.pk)


def test_no_line_is_overlooked() -> None:
    assert len(LINES) == len(re.findall(r"^curl ", PAGE, re.MULTILINE)) > 20


@pytest.mark.parametrize(("line", "status"), LINES)
async def test_every_line_is_answered_as_the_page_says(
    paused: Run, caller: Caller, line: str, status: int
) -> None:
    call = await sync_to_async(parsed)(
        line,
        URL="http://testserver",
        AUTH="X-Nothing: the caller brings a token",
        JSON="Content-Type: application/json",
        WORKFLOW=str(paused.workflow_id),
        RUN=str(paused.pk),
        REVIEW=str((await Review.objects.aget()).pk),
        TOKEN=str((await Token.objects.aget()).pk),
        NAME=await sync_to_async(signed_in_as)(paused),
        PASSWORD="password",
    )
    if "/retry" in line:
        cancel = sync_to_async(services.request_cancel)
        await cancel(run_id=paused.pk, by=await User.objects.aget(runs=paused))
    body = call.body.encode()
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "content-length": str(len(body)),
        **{name.lower(): value for name, value in call.headers.items()},
    }
    if call.signed_in or call.signs_in:
        headers["cookie"] = await sync_to_async(cookies_of)(paused, call)
        caller = Caller()
    exchange = await caller.call(call.method, call.path, body, **headers)
    assert exchange.status == status
    await exchange.leave()


def signed_in_as(run: Run) -> str:
    """The name of a run's owner, who may use the admin's form."""
    User.objects.filter(runs=run).update(is_staff=True)
    return User.objects.get(runs=run).username


def cookies_of(run: Run, call: Namespace) -> str:
    """What a browser of the run's owner sends, signed in already or not yet."""
    browser = Client()
    if call.signed_in:
        browser.force_login(User.objects.get(runs=run))
    return browser.cookies.output(attrs=[], header="", sep=";")


def test_every_operation_of_the_schema_has_its_line() -> None:
    generator = SchemaGenerator()  # type: ignore[no-untyped-call]
    schema: Any = generator.get_schema(public=True)  # type: ignore[no-untyped-call]
    described = {
        (method.upper(), re.sub(r"{\w+}", "{}", path))
        for path, methods in schema["paths"].items()
        for method in methods
    }
    shown = set()
    for line, _ in LINES:
        ids = dict.fromkeys(("WORKFLOW", "RUN", "REVIEW", "TOKEN"), "{}")
        who = {"NAME": "ann", "PASSWORD": "secret"}
        call = parsed(line, URL="", AUTH="a: b", JSON="c: d", **ids, **who)
        path = call.path.partition("?")[0]
        shown.add((call.method, re.sub(r"/(versions|nodes)/\w+", r"/\1/{}", path)))
    assert described == shown - BESIDE
