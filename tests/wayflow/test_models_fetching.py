"""Fetching remote images: what is let through, and what is refused."""

import asyncio
from collections.abc import Callable

import httpx
import pytest

from wayflow.errors import HttpError
from wayflow.models.fetching import ImageFetcher

PUBLIC = "http://93.184.216.34"


def answering(
    answer: Callable[[httpx.Request], httpx.Response],
    *,
    allow_private: bool = False,
    max_bytes: int = 1024,
    timeout: float = 5.0,
) -> ImageFetcher:
    return ImageFetcher(
        transport=httpx.MockTransport(answer),
        allow_private=allow_private,
        max_bytes=max_bytes,
        timeout=timeout,
    )


async def test_an_image_becomes_a_data_uri_of_its_content_type() -> None:
    fetch = answering(
        lambda request: httpx.Response(
            200, headers={"Content-Type": "image/webp; q=1"}, content=b"\0\1\2\3"
        )
    )
    assert await fetch(f"{PUBLIC}/a.webp") == "data:image/webp;base64,AAECAw=="


async def test_an_image_without_a_content_type_counts_as_png() -> None:
    fetch = answering(lambda request: httpx.Response(200, content=b"\xff"))
    assert await fetch(f"{PUBLIC}/a") == "data:image/png;base64,/w=="


async def test_an_answer_that_is_no_success_names_its_status() -> None:
    fetch = answering(lambda request: httpx.Response(404))
    with pytest.raises(HttpError, match="404") as caught:
        await fetch(f"{PUBLIC}/gone.png")
    assert caught.value.code == "WF_RUNTIME_HTTP_ERROR"


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://localhost/",
        "http://2130706433/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://10.1.2.3/",
        "http://169.254.169.254/latest/meta-data",
        "http://100.64.0.1/",
        "http://0.0.0.0/",
        "http://[fe80::1]/",
        "http://[fec0::1]/",
        "http://[64:ff9b::169.254.169.254]/",
        "http://[2002:a9fe:a9fe::1]/",
        "http://[::127.0.0.1]/",
        "http://224.0.0.1/",
        "ftp://93.184.216.34/",
    ],
)
async def test_what_is_not_on_the_public_web_is_refused(url: str) -> None:
    fetch = answering(lambda request: pytest.fail("it was asked"))
    with pytest.raises(HttpError):
        await fetch(url)


async def test_private_addresses_may_be_allowed() -> None:
    fetch = answering(
        lambda request: httpx.Response(200, content=b"x"), allow_private=True
    )
    assert await fetch("http://127.0.0.1/") == "data:image/png;base64,eA=="


async def test_a_redirect_to_a_private_address_is_refused() -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.host)
        return httpx.Response(302, headers={"Location": "http://127.0.0.1/secret"})

    with pytest.raises(HttpError, match="not a public address"):
        await answering(answer)(f"{PUBLIC}/a.png")
    assert seen == ["93.184.216.34"]


async def test_a_host_that_also_has_a_private_address_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    resolves_to(monkeypatch, "93.184.216.34", "10.0.0.1")
    fetch = answering(lambda request: pytest.fail("it was asked"))
    with pytest.raises(HttpError, match="not a public address"):
        await fetch("http://two-faced.test/")


async def test_the_connection_goes_to_the_address_that_was_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[tuple[str, str, str]] = []
    resolves_to(monkeypatch, "93.184.216.34")

    def answer(request: httpx.Request) -> httpx.Response:
        sni = request.extensions["sni_hostname"]
        seen.append((request.url.host, request.headers["Host"], sni))
        return httpx.Response(200)

    await answering(answer)("https://pics.test/a.png")
    assert seen == [("93.184.216.34", "pics.test", "pics.test")]


async def test_an_image_that_is_too_large_is_refused() -> None:
    fetch = answering(lambda request: httpx.Response(200, content=b"x" * 1025))
    with pytest.raises(HttpError, match="too large"):
        await fetch(f"{PUBLIC}/a.png")


async def test_a_host_that_never_answers_runs_into_the_time_limit() -> None:
    class Silent(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            await asyncio.Event().wait()
            raise AssertionError

    with pytest.raises(HttpError, match="timeout"):
        await ImageFetcher(transport=Silent(), timeout=0.001)(f"{PUBLIC}/a.png")


async def test_a_connection_that_fails_is_an_http_error() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    with pytest.raises(HttpError, match="refused"):
        await answering(refuse)(f"{PUBLIC}/a.png")


def resolves_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    async def getaddrinfo(host: str, port: int | None, **more: object) -> object:
        return [(2, 1, 6, "", (address, 0)) for address in addresses]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)
