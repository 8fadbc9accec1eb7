"""Somebody who is signed in on a live server, and what browsers say of their pages."""

from __future__ import annotations

import secrets
from hashlib import sha256

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore

from .site import Site

KNOWN = "b" * 32
"""What is in everybody's CSRF cookie here; another site cannot read it."""


def rise(live: Site, token: str) -> int:
    """Make a token's owner a superuser, whom no permission stops; returns the id."""
    digest = sha256(token.encode()).hexdigest()
    ((id,),) = live.rows("SELECT owner_id FROM access_token WHERE digest = ?", digest)
    live.rows("UPDATE auth_user SET is_staff = 1, is_superuser = 1 WHERE id = ?", id)
    return int(id)


def sign_in(live: Site, user_id: int) -> dict[str, str]:
    """The cookies of a new session."""
    key = secrets.token_hex(16)
    data = SessionStore().encode(
        {
            SESSION_KEY: str(user_id),
            BACKEND_SESSION_KEY: "django.contrib.auth.backends.ModelBackend",
            # The people of the crowd have no password.
            HASH_SESSION_KEY: User(password="!").get_session_auth_hash(),
        }
    )
    live.rows(
        "INSERT INTO django_session (session_key, session_data, expire_date)"
        " VALUES (?, ?, '2999-01-01 00:00:00')",
        key,
        data,
    )
    return {"sessionid": key, "csrftoken": KNOWN}
