"""Remote images, read for providers that refuse URLs, and only from public hosts."""

from __future__ import annotations

import asyncio
import socket
from base64 import b64encode
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import httpx

from wayflow.errors import HttpError

MAX_BYTES = 20 * 1024 * 1024
MAX_REDIRECTS = 5
TIMEOUT = 30.0

_TRANSLATED = (IPv6Network("64:ff9b::/96"), IPv6Network("::/96"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageFetcher:
    """Reads the image at a URL as a ``data:`` URI.

    Addresses that only this machine or its network can reach are refused unless
    ``allow_private``, redirects included. ``transport`` replaces the network.
    """

    allow_private: bool = False
    max_bytes: int = MAX_BYTES
    timeout: float = TIMEOUT
    transport: httpx.AsyncBaseTransport | None = None

    async def __call__(self, url: str) -> str:
        """Raises HttpError when the image cannot be had."""
        try:
            async with asyncio.timeout(self.timeout):
                return await self._read(url)
        except TimeoutError as error:
            raise HttpError("timeout", f"{url} took too long") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            detail = str(error) or type(error).__name__
            raise HttpError("no answer", f"{url}: {detail}") from error

    async def _read(self, url: str) -> str:
        async with (
            httpx.AsyncClient(
                transport=_Guarded(
                    self.transport or httpx.AsyncHTTPTransport(),
                    allow_private=self.allow_private,
                ),
                timeout=self.timeout,
                follow_redirects=True,
                max_redirects=MAX_REDIRECTS,
                trust_env=False,
            ) as client,
            client.stream("GET", url) as response,
        ):
            if not response.is_success:
                raise HttpError(response.status_code, url)
            content = bytearray()
            async for piece in response.aiter_bytes():
                content += piece
                if len(content) > self.max_bytes:
                    raise HttpError("too large", f"{url} is over {self.max_bytes} B")
            kind = response.headers.get("content-type", "").partition(";")[0].strip()
        return f"data:{kind or 'image/png'};base64,{b64encode(content).decode()}"


class _Guarded(httpx.AsyncBaseTransport):
    """Lets requests through to public hosts, each hop of a redirect anew."""

    def __init__(self, inner: httpx.AsyncBaseTransport, *, allow_private: bool) -> None:
        self._inner = inner
        self._allow_private = allow_private

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.scheme not in ("http", "https"):
            raise HttpError("refused", f"{request.url} is not on the web")
        if not self._allow_private:
            await _pin(request)
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self._inner.aclose()


async def _pin(request: httpx.Request) -> None:
    """Send the request to the very address that was found to be public."""
    host = request.url.host
    try:
        found = await asyncio.get_running_loop().getaddrinfo(
            host, request.url.port, type=socket.SOCK_STREAM
        )
    except OSError as error:
        raise HttpError("unknown host", f"{host}: {error}") from error
    addresses = [str(entry[4][0]) for entry in found]
    if not all(_is_public(address) for address in addresses):
        raise HttpError("refused", f"{host} is not a public address")
    request.extensions["sni_hostname"] = host
    request.url = request.url.copy_with(host=addresses[0])


def _is_public(address: str) -> bool:
    ip = ip_address(address)
    if isinstance(ip, IPv6Address):
        if ip.is_site_local:
            return False
        ip = ip.ipv4_mapped or ip.sixtofour or _embedded(ip) or ip
    return ip.is_global and not ip.is_multicast


def _embedded(ip: IPv6Address) -> IPv4Address | None:
    """The address to which a network translates ``ip`` (RFC 6052, RFC 4291 2.5.5.1)."""
    if any(ip in network for network in _TRANSLATED):
        return IPv4Address(ip.packed[-4:])
    return None
