"""The channels of the feed: one for each user, open to that user alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from django_eventstream.channelmanager import ChannelManagerBase

if TYPE_CHECKING:
    from django.contrib.auth.models import User

_PREFIX = "user-"


def channel_of(user_id: int) -> str:
    """The name of a user's channel."""
    return f"{_PREFIX}{user_id}"


def user_id_of(channel: str) -> int:
    """Whose channel it is."""
    return int(channel.removeprefix(_PREFIX))


class UserChannels(ChannelManagerBase):
    """Decides who may read which channel; what is on all of them is stored."""

    def get_channels_for_request(
        self, request: HttpRequest, view_kwargs: dict[str, Any]
    ) -> set[str]:
        """Whatever a request asks for, it gets the channel of its sender."""
        user_id = request.user.pk
        return set() if user_id is None else {channel_of(user_id)}

    def can_read_channel(self, user: User | None, channel: str) -> bool:
        return user is not None and channel == channel_of(user.pk)

    def is_channel_reliable(self, channel: str) -> bool:
        return True
