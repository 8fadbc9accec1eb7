"""The project's settings as the tests of every room see them."""

import os

for name in [*os.environ]:
    if name.startswith(("WAYFLOW_", "OPENAI_")):
        del os.environ[name]
os.environ.update(
    WAYFLOW_ENV_FILE=os.devnull,
    WAYFLOW_SECRET_KEY="known-to-everybody-and-good-for-tests-alone-0123456789",
    WAYFLOW_ALLOWED_HOSTS="127.0.0.1,localhost,testserver",
    WAYFLOW_HTTPS="false",
    WAYFLOW_LOG_LEVEL="WARNING",
    WAYFLOW_REQUESTS_PER_MINUTE="0",
    WAYFLOW_SIGN_INS_PER_MINUTE="0",
)
os.environ.setdefault("DATABASE_URL", "sqlite://:memory:")

from wayflow_project.settings import *  # noqa: E402, F403

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage",
    },
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
