"""An endpoint's one hop: off the loop, and undone when its client leaves."""

import asyncio
import threading

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from access.endpoint import Answer, Call, endpoint
from tests.factories import TokenFactory, clear_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def request_of_someone() -> HttpRequest:
    header = f"Token {clear_of(TokenFactory.create())}"
    return RequestFactory().generic("POST", "/", headers={"Authorization": header})


async def test_the_handler_runs_in_a_thread_and_its_coroutine_on_the_loop(
    request_of_someone: HttpRequest,
) -> None:
    threads: list[threading.Thread] = []

    @endpoint(methods=("POST",))
    def handler(call: Call) -> Answer:
        threads.append(threading.current_thread())

        async def later() -> HttpResponse:
            threads.append(threading.current_thread())
            return HttpResponse("done")

        return later()

    response = await handler(request_of_someone)
    assert isinstance(response, HttpResponse)
    assert response.content == b"done"
    assert threads[0].name.startswith("endpoint")
    assert threads[1] is threading.current_thread()


async def test_what_the_handler_began_can_be_undone_when_the_client_leaves_meanwhile(
    request_of_someone: HttpRequest,
) -> None:
    entered, go_on = threading.Event(), threading.Event()
    undone: list[bool] = []

    @endpoint(methods=("POST",))
    def handler(call: Call) -> Answer:
        entered.set()
        go_on.wait(60)

        async def later() -> HttpResponse:
            try:
                await asyncio.Event().wait()
            finally:
                undone.append(True)
            return HttpResponse()

        return later()

    task = asyncio.create_task(_served(handler(request_of_someone)))
    await asyncio.to_thread(entered.wait, 5)
    task.cancel()
    await asyncio.sleep(0)
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert undone == [True]


async def _served(answer: object) -> None:
    await answer  # type: ignore[misc]
