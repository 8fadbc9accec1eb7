"""A stream that goes on ends for whoever may not hear it any longer."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import Group, User
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from access import hearing
from access.models import Token
from runs import services
from runs.feed.seats import seats
from runs.host import EngineHost
from runs.models import OnDisconnect, Run, Trigger
from tests.factories import TokenFactory, UserFactory, WorkflowFactory
from wayflow.status import RunStatus
from workflows.models import Level, Share, Workflow

from .calling import Caller
from .frames import frames_in
from .scenes import chain, ended, started
from .stage import Stage

pytestmark = pytest.mark.django_db(transaction=True)

astarted, aended = sync_to_async(started), sync_to_async(ended)


@pytest.fixture(autouse=True)
def _quick(
    host: EngineHost, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every test has a host, and streams look often."""
    settings.WAYFLOW = {**settings.WAYFLOW, "KEEP_ALIVE_SECONDS": 0.02}
    monkeypatch.setattr(hearing, "SECONDS", 0.0)


def revoked(user: User) -> None:
    Token.objects.filter(owner=user).revoke(timezone.now())


def deactivated(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def signed_out(user: User) -> None:
    Session.objects.all().delete()


def signed_in(user: User) -> dict[str, str]:
    client = Client()
    client.force_login(user)
    return {"Cookie": f"sessionid={client.cookies['sessionid'].value}"}


@pytest.mark.parametrize("shut_out", [revoked, deactivated])
@pytest.mark.parametrize(("method", "tail"), [("GET", "events"), ("POST", "attach")])
async def test_who_is_shut_out_hears_no_more_of_a_run(
    caller: Caller,
    user: User,
    stage: Stage,
    method: str,
    tail: str,
    shut_out: Callable[[User], None],
) -> None:
    run = await astarted(user, chain("gate"))
    stream = await caller.call(method, f"/api/runs/{run.pk}/{tail}", b"")
    await stream.frames_until("run_status")
    await sync_to_async(shut_out)(user)
    last = (await stream.frames())[-1]
    assert (last.id, last.data["error"]["code"]) == (None, "WF_STREAM_REFUSED")
    stage.gate("gate").open()
    # That was the server's doing: it stops no run.
    assert (await aended(run.pk)).status == RunStatus.COMPLETED


@pytest.mark.parametrize("shut_out", [signed_out, deactivated])
async def test_a_session_that_is_over_ends_its_streams(
    user: User, stage: Stage, shut_out: Callable[[User], None]
) -> None:
    cookie = await sync_to_async(signed_in)(user)
    run = await astarted(user, chain("gate"))
    stream = await Caller().get(f"/api/runs/{run.pk}/events", **cookie)
    await stream.frames_until("run_status")
    feed = await Caller().get("/api/feed", **cookie)
    await sync_to_async(shut_out)(user)
    assert (await stream.frames())[-1].data["error"]["code"] == "WF_STREAM_REFUSED"
    assert frames_in(await feed.body()) == []
    assert not seats.users()


def shared_run(member: User) -> tuple[Run, Share]:
    group = Group.objects.create(name="g")
    member.groups.add(group)
    workflow: Workflow = WorkflowFactory.create(graph=chain("gate"))
    share = Share.objects.create(workflow=workflow, group=group, level=Level.VIEW)
    run = services.start_workflow(
        workflow_id=workflow.pk,
        by=workflow.owner,
        trigger=Trigger.API,
        on_disconnect=OnDisconnect.CONTINUE,
    )
    return run, share


async def test_a_share_that_is_withdrawn_ends_the_streams_that_it_opened(
    stage: Stage,
) -> None:
    member: User = await sync_to_async(UserFactory.create)()
    caller = Caller(await sync_to_async(TokenFactory.create)(owner=member))
    run, share = await sync_to_async(shared_run)(member)
    stream = await caller.get(f"/api/runs/{run.pk}/events")
    await stream.frames_until("run_status")
    await sync_to_async(share.delete)()
    assert (await stream.frames())[-1].data["error"]["code"] == "WF_STREAM_REFUSED"
    stage.gate("gate").open()
    await aended(run.pk)


async def test_who_may_go_on_hears_all(
    caller: Caller, user: User, stage: Stage
) -> None:
    run = await astarted(user, chain("gate"))
    stream = await caller.get(f"/api/runs/{run.pk}/events")
    for _ in range(3):
        assert await stream.part()
    stage.gate("gate").open()
    assert (await stream.frames())[-1].data["status"] == RunStatus.COMPLETED
