"""The command that runs a workflow from a shell."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection

from runs import services
from runs.host import EngineHost
from runs.models import Run, Trigger
from tests.factories import UserFactory, WorkflowFactory
from wayflow.serializer import deserialize
from workflows.models import Workflow
from workflows.services import save_graph

from .scenes import chain, field, review_graph
from .stage import PATIENCE, Stage

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parents[2]


def asking(*fields: dict[str, Any], **more: Any) -> Workflow:
    """A workflow that asks for these inputs and hands over the one called v."""
    made: Workflow = WorkflowFactory.create(graph=chain(fields=[*fields]), **more)
    return made


def printed(workflow: Workflow, *arguments: str) -> str:
    """What the command prints for the workflow's owner."""
    out = StringIO()
    owner = workflow.owner.username
    call_command(
        "run_workflow",
        str(workflow.pk),
        "--user",
        owner,
        *arguments,
        stdout=out,
        stderr=StringIO(),
    )
    return out.getvalue()


def refusal(*arguments: str) -> str:
    """What the command says when it fails."""
    with pytest.raises(CommandError) as refused:
        call_command("run_workflow", *arguments, stdout=StringIO(), stderr=StringIO())
    assert refused.value.returncode == 1
    return str(refused.value)


def test_the_result_is_printed_as_json(host: EngineHost) -> None:
    workflow = asking(field("v", "string"))
    assert printed(workflow, "--input", "v=héllo = you") == '{"v":"héllo = you"}\n'
    run = Run.objects.get()
    assert (run.owner, run.trigger) == (workflow.owner, Trigger.PYTHON)


@pytest.mark.parametrize(
    ("asked", "text", "value"),
    [
        (field("v", "string"), "12", "12"),
        (field("v", "number"), "12.5", 12.5),
        (field("v", "boolean"), "true", True),
        (field("v", "array"), "[1]", [1]),
        (field("v", "any"), '{"a": 1}', {"a": 1}),
        (field("v", "any"), "plain words", "plain words"),
        (field("v", "string", multiple=True), '["a"]', ["a"]),
    ],
)
def test_an_input_is_read_as_its_type_wants_it(
    host: EngineHost, asked: dict[str, Any], text: str, value: Any
) -> None:
    shown = printed(asking(asked), "--input", f"v={text}")
    assert json.loads(shown) == {"v": value}


def test_all_inputs_may_come_as_one_object(host: EngineHost) -> None:
    assert printed(asking(field("v")), "--inputs", '{"v": [1, null]}') == (
        '{"v":[1,null]}\n'
    )


def test_the_events_are_printed_one_a_line_before_the_result(
    host: EngineHost, stage: Stage
) -> None:
    for word in ("one", "two", "three"):
        stage.gate(f"talks {word}").open()
    workflow = WorkflowFactory.create(graph=chain("talks"))
    lines = printed(workflow, "--input", "v=x", "--events").splitlines()
    *events, result = map(json.loads, lines)
    numbers = [event["seq"] for event in events if "seq" in event]
    assert numbers == list(range(1, Run.objects.get().last_seq + 1))
    assert [event["event"] for event in (events[0], events[-1])] == ["run_status"] * 2
    assert events[-1]["data"] == {"status": "completed", "result": result}


def test_a_workflow_may_be_named_and_its_version_chosen(host: EngineHost) -> None:
    workflow = asking(field("v", "string", default="old"), name="Letters")
    newer = deserialize(chain(fields=[field("v", "string", default="new")]))
    save_graph(workflow_id=workflow.pk, graph=newer, viewport=None, by=workflow.owner)
    for arguments, result in (([], "new"), (["--version", "1"], "old")):
        out = StringIO()
        user = workflow.owner.username
        call_command("run_workflow", "Letters", "--user", user, *arguments, stdout=out)
        assert json.loads(out.getvalue()) == {"v": result}


def test_a_failed_run_says_its_code_message_and_hint(host: EngineHost) -> None:
    workflow = asking(field("v", "string"))
    said = refusal(str(workflow.pk), "--user", workflow.owner.username)
    assert said == (
        'WF_RUNTIME_MISSING_INPUT: Node in failed: The required input "v" has no'
        " value. Pass a value for it, or give the field a default."
    )


def test_a_paused_run_prints_its_question_and_is_no_success(host: EngineHost) -> None:
    workflow = WorkflowFactory.create(graph=review_graph())
    out, told = StringIO(), StringIO()
    with pytest.raises(SystemExit) as left:
        call_command(
            "run_workflow",
            str(workflow.pk),
            "--user",
            workflow.owner.username,
            "--input",
            "v=draft",
            stdout=out,
            stderr=told,
        )
    assert left.value.code == 3
    run = Run.objects.get()
    assert json.loads(out.getvalue()) == {
        "runId": str(run.pk),
        "nodeId": "review",
        "instructions": "Look at it.",
        "data": "draft",
    }
    assert str(run.pk) in told.getvalue()


def test_a_run_that_somebody_cancels_is_no_success(
    host: EngineHost, stage: Stage
) -> None:
    workflow = WorkflowFactory.create(graph=chain("gate"))

    def cancel() -> None:
        stage.gate("gate").wait_for_arrival()
        services.request_cancel(run_id=Run.objects.get().pk, by=workflow.owner)
        connection.close()

    canceller = threading.Thread(target=cancel)
    canceller.start()
    said = refusal(str(workflow.pk), "--user", workflow.owner.username, "--input=v=1")
    canceller.join(PATIENCE)
    assert said == f"cancelled: The run {Run.objects.get().pk} was cancelled."


def test_what_cannot_be_run_is_refused_in_words(user: User) -> None:
    workflow = asking(field("v", "number"), owner=user)
    stranger = UserFactory.create().username
    mine = ("--user", user.username)
    id = str(workflow.pk)
    for arguments, words in {
        (id, "--user", "nobody"): "There is no active user 'nobody'.",
        (id, "--user", stranger): "WF_WORKFLOW_NOT_FOUND: There is no such workflow.",
        ("Unheard of", *mine): "There is no workflow 'Unheard of'.",
        (id, *mine, "--version=9"): "WF_VERSION_NOT_FOUND: ",
        (id, *mine, "--input=w=1"): "There is no input 'w'; the workflow has: v.",
        (id, *mine, "--input=v=many"): "WF_INPUT_WRONG_TYPE: ",
        (id, *mine, "--inputs=[half"): "--inputs is not JSON: ",
        (id, *mine, "--inputs=[]"): "WF_INPUTS_NOT_AN_OBJECT: ",
    }.items():
        assert words in refusal(*arguments)
    assert not Run.objects.exists()


def test_a_name_of_several_workflows_is_refused_with_their_ids(user: User) -> None:
    twins = [asking(field("v"), name="Twin", owner=user) for _ in range(2)]
    said = refusal("Twin", "--user", user.username)
    assert all(str(workflow.pk) in said for workflow in twins)


# --- in a process of its own ---

SETTING_UP = """
import django
django.setup()
from django.contrib.auth.models import User
from django.core.management import call_command
from tests.runs.scenes import chain, field
from wayflow.serializer import deserialize
from workflows.services import create_workflow
call_command("migrate", verbosity=0)
owner = User.objects.create(username="ada")
quick = deserialize(chain(fields=[field("v", "string", default="done")]))
create_workflow(name="Quick", graph=quick, owner=owner)
slow = chain("llm", fields=[field("v", "string", default="x")])
slow["nodes"]["llm"]["data"] = {"model": "gpt-4o-mini", "prompt": "{v}"}
create_workflow(name="Slow", graph=deserialize(slow), owner=owner)
"""


@pytest.fixture(scope="module")
def provider() -> Iterator[socket.socket]:
    """A model provider that takes every call and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(PATIENCE)
        yield listening


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("command") / "db.sqlite3"


@pytest.fixture(scope="module")
def environment(provider: socket.socket, database: Path) -> dict[str, str]:
    """What a shell has set, beside a database with two workflows in it."""
    made = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "wayflow_project.settings",
        "DATABASE_URL": f"sqlite:///{database}",
        "OPENAI_API_KEY": "sk-nobody",
        "OPENAI_BASE_URL": f"http://127.0.0.1:{provider.getsockname()[1]}/v1",
    }
    set_up = [sys.executable, "-c", SETTING_UP]
    subprocess.run(set_up, env=made, cwd=ROOT, check=True, timeout=60)
    return made


def command(workflow: str, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "manage.py", "run_workflow", workflow, "--user", "ada"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_it_needs_no_server_and_leaves_when_it_is_done(
    environment: dict[str, str],
) -> None:
    out, told = command("Quick", environment).communicate(timeout=30)
    assert (out, told) == (b'{"v":"done"}\n', b"")


def test_an_interrupt_cancels_the_run_and_the_call_it_is_in(
    environment: dict[str, str], provider: socket.socket, database: Path
) -> None:
    process = command("Slow", environment)
    call, _ = provider.accept()
    with call:
        call.settimeout(PATIENCE)
        assert call.recv(65536)
        process.send_signal(signal.SIGINT)
        while call.recv(65536):
            pass
    out, told = process.communicate(timeout=30)
    assert process.returncode == 130, told.decode()
    assert out == b""
    assert told.startswith(b"Cancelling the run ")
    with closing(sqlite3.connect(database)) as stored:
        rows = stored.execute("SELECT status FROM runs_run ORDER BY created_at")
        assert rows.fetchall()[-1] == ("cancelled",)
