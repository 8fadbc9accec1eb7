"""Plain functions run in threads that are used again and hold nobody up."""

from __future__ import annotations

import asyncio
import contextvars
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest

from wayflow import threads as threads_module
from wayflow.threads import Threads


async def test_a_function_is_called_in_another_thread_with_its_arguments() -> None:
    def where(*args: int) -> tuple[int, tuple[int, ...]]:
        return threading.get_ident(), args

    ident, args = await Threads().call(where, 1, 2)
    assert ident != threading.get_ident()
    assert args == (1, 2)


async def test_the_callers_context_variables_are_seen() -> None:
    who: contextvars.ContextVar[str] = contextvars.ContextVar("who")
    who.set("me")
    assert await Threads().call(who.get) == "me"


async def test_calls_in_a_row_share_one_thread() -> None:
    threads = Threads()
    seen = {await threads.call(threading.get_ident) for _ in range(20)}
    # The thread may be a moment late in saying that it is idle again, now and then.
    assert len(seen) < 10


async def test_calls_at_once_have_a_thread_each() -> None:
    threads, together = Threads(), threading.Barrier(5)
    await asyncio.gather(*(threads.call(together.wait, 60) for _ in range(5)))


async def test_no_more_calls_run_at_once_than_allowed() -> None:
    threads, running, most = Threads(limit=2), 0, 0
    lock, both = threading.Lock(), threading.Barrier(2)

    def count() -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        both.wait(60)
        with lock:
            running -= 1

    await asyncio.gather(*(threads.call(count) for _ in range(6)))
    assert most == 2


async def test_a_call_that_nobody_awaits_any_more_gives_its_place_away() -> None:
    threads, release = Threads(limit=1), threading.Event()
    hanging = asyncio.create_task(threads.call(release.wait))
    await asyncio.sleep(0)
    hanging.cancel()
    with pytest.raises(asyncio.CancelledError):
        await hanging
    assert await asyncio.wait_for(threads.call(lambda: 1), 60) == 1
    release.set()


async def test_a_call_cancelled_before_it_began_is_never_made() -> None:
    threads, release = Threads(limit=1), threading.Event()
    made: list[int] = []
    first = asyncio.create_task(threads.call(release.wait))
    second = asyncio.create_task(threads.call(made.append, 1))
    await asyncio.sleep(0)
    second.cancel()
    release.set()
    await first
    await threads.call(lambda: None)
    assert made == []


def raising(error: BaseException) -> Callable[[], Any]:
    def function() -> Any:
        raise error

    return function


@pytest.mark.parametrize("error", [ValueError("no"), asyncio.CancelledError()])
async def test_what_a_function_raises_its_caller_gets(error: BaseException) -> None:
    with pytest.raises(type(error)) as caught:
        await Threads().call(raising(error))
    assert caught.value is error


@pytest.mark.parametrize(
    "error", [StopIteration(1), SystemExit(3), KeyboardInterrupt(), GeneratorExit()]
)
async def test_what_would_end_the_loop_is_told_as_an_error(
    error: BaseException,
) -> None:
    threads = Threads()
    with pytest.raises(RuntimeError, match=type(error).__name__):
        await threads.call(raising(error))
    assert await threads.call(lambda: 1) == 1


def test_one_pool_serves_several_loops() -> None:
    threads = Threads(limit=1)

    async def crowd() -> object:
        return await asyncio.gather(*(threads.call(int, n) for n in range(5)))

    assert asyncio.run(crowd()) == asyncio.run(crowd()) == [0, 1, 2, 3, 4]


def test_a_loop_that_is_gone_is_not_told() -> None:
    threads, release = Threads(), threading.Event()
    done = threading.Event()

    def late() -> None:
        release.wait()
        done.set()

    async def leave() -> None:
        call = asyncio.create_task(threads.call(late))
        await asyncio.sleep(0)
        call.cancel()

    asyncio.run(leave())
    release.set()
    assert done.wait(60)
    assert asyncio.run(threads.call(lambda: 1)) == 1


async def test_an_idle_thread_goes_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads_module, "IDLE_SECONDS", 0.0)
    thread = await Threads().call(threading.current_thread)
    thread.join(60)
    assert not thread.is_alive()


def test_a_function_that_hangs_does_not_hold_up_the_exit() -> None:
    code = (
        "import asyncio, threading\n"
        "from wayflow.threads import Threads\n"
        "async def main():\n"
        "    call = asyncio.create_task(Threads().call(threading.Event().wait))\n"
        "    await asyncio.sleep(0)\n"
        "    call.cancel()\n"
        "asyncio.run(main())\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=20)


async def test_a_thread_is_tidied_up_after_each_call_also_of_one_that_fails(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threads_module, "IDLE_SECONDS", 0.0)
    tidied: list[threading.Thread] = []
    begun = threading.Event()

    def tidy() -> None:
        tidied.append(threading.current_thread())
        begun.set()
        raise RuntimeError("that, too")

    threads = Threads(limit=1, after=tidy)
    for _ in range(2):
        with pytest.raises(ValueError, match="broken"):
            await threads.call(raising(ValueError("broken")))
        assert await asyncio.to_thread(begun.wait, 60)
        begun.clear()
    for thread in tidied:
        await asyncio.to_thread(thread.join, 60)
    assert [thread.name for thread in tidied] == ["wayflow-handler"] * 2
    assert caplog.text.count("could not be tidied up") == 2
