"""The project's settings: the only place that reads the environment."""

from typing import Any, TypedDict

import django_stubs_ext
from django.core.exceptions import ImproperlyConfigured
from environs import Env

from wayflow_project import place
from wayflow_project.look import UNFOLD as UNFOLD

django_stubs_ext.monkeypatch()

BASE_DIR = place.HOME

env = Env()
env.read_env(env.str("WAYFLOW_ENV_FILE", str(BASE_DIR / ".env")), recurse=False)

# --- Safety ---

DEBUG = env.bool("WAYFLOW_DEBUG", False)
SECRET_KEY = env.str("WAYFLOW_SECRET_KEY", "")
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "WAYFLOW_SECRET_KEY is not set. Hint: put 50 or more random characters into"
        " the environment or into .env (see .env.example), and keep them secret."
    )
ALLOWED_HOSTS = env.list(
    "WAYFLOW_ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"] if DEBUG else []
)
CSRF_TRUSTED_ORIGINS: list[str] = env.list("WAYFLOW_TRUSTED_ORIGINS", [])

HTTPS = env.bool("WAYFLOW_HTTPS", not DEBUG)
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
# An hour: a mistake is forgotten soon, and nobody can be lured to plain HTTP meanwhile.
SECURE_HSTS_SECONDS = env.int("WAYFLOW_HSTS_SECONDS", 3_600 if HTTPS else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("WAYFLOW_HSTS_SUBDOMAINS", False)
SECURE_HSTS_PRELOAD = env.bool("WAYFLOW_HSTS_PRELOAD", False)
if env.bool("WAYFLOW_BEHIND_PROXY", False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SILENCED_SYSTEM_CHECKS = [
    # It looks for Django's CSRF middleware by name and overlooks ours, which extends
    # it. access.E001 demands ours, access.W002 what Django skips without its own.
    "security.W003",
    # Both are about hosts that are not ours: the owner of the domain decides.
    "security.W005",
    "security.W021",
]

# --- Rooms and plumbing ---

INSTALLED_APPS = [
    "daphne",
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "drf_standardized_errors",
    "django_filters",
    "channels",
    "corsheaders",
    "django_eventstream",
    "access",
    "workflows",
    "runs",
    "pages",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "access.privacy.PrivateAnswers",
    "access.questions.QuestionsWithoutNul",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "access.csrf.CsrfMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "wayflow_project.urls"
ASGI_APPLICATION = "wayflow_project.asgi.application"
APPEND_SLASH = False
# Some widgets have templates of the project, which belongs to no app.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [place.TEMPLATES],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- Database ---

DATABASES: dict[str, Any] = {
    "default": env.dj_db_url("DATABASE_URL", f"sqlite:///{BASE_DIR / 'db.sqlite3'}"),
}
# Async views refuse ATOMIC_REQUESTS; a kept connection would pin its thread.
DATABASES["default"].update(ATOMIC_REQUESTS=False, CONN_MAX_AGE=0)
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 5,
        "transaction_mode": "IMMEDIATE",
        "init_command": (
            "PRAGMA journal_mode=WAL;"
            "PRAGMA synchronous=NORMAL;"
            "PRAGMA cache_size=-20000;"
            "PRAGMA foreign_keys=ON;"
        ),
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# What is counted by the minute; only a cache outside makes processes count together.
CACHES: dict[str, Any] = {
    "default": env.dj_cache_url("WAYFLOW_CACHE_URL", "locmem://?max_entries=10000"),
}

# --- People ---

AUTHENTICATION_BACKENDS = [
    "access.guessing.Patience",
    "django.contrib.auth.backends.ModelBackend",
]
LOGIN_URL = "pages:sign-in"
LOGIN_REDIRECT_URL = "pages:workflows"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

LANGUAGE_CODE = "en"
TIME_ZONE = env.str("WAYFLOW_TIME_ZONE", "UTC")
USE_TZ = True
FORMAT_MODULE_PATH = "wayflow_project.formats"

# --- Static files ---

STATIC_URL = "/static/"
STATIC_ROOT = env.path("WAYFLOW_STATIC_ROOT", BASE_DIR / ".local" / "static")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "servestatic.storage.CompressedManifestStaticFilesStorage"
    },
}

# --- The engine's limits and models ---


class WayflowSettings(TypedDict):
    """What an operator may tune: seconds, counts, bytes, keys and model names."""

    NODE_TIMEOUT: float
    RUN_TIMEOUT: float
    MAX_CONCURRENCY: int
    LEASE_SECONDS: float
    MAX_TAKEOVERS: int
    MAX_BODY_BYTES: int
    MAX_NODES: int
    MAX_EDGES: int
    MAX_NESTING: int
    MAX_INPUT_BYTES: int
    MAX_OUTPUT_BYTES: int
    REQUESTS_PER_MINUTE: int
    SIGN_INS_PER_MINUTE: int
    RUNS_PER_USER: int
    QUEUE_PER_USER: int
    QUEUE_LENGTH: int
    KEEP_ALIVE_SECONDS: float
    WAIT_SECONDS: float
    FEED_LISTENERS: int
    FEED_LISTENERS_PER_USER: int
    RETENTION_DAYS: float
    VERSION_DAYS: float
    SECRETS: list[str]
    WORKERS: int
    OPENAI_API_KEY: str
    OPENAI_BASE_URL: str
    LLM_MODELS: list[str]
    IMAGE_MODELS: list[str]


WAYFLOW: WayflowSettings = {
    "NODE_TIMEOUT": env.float("WAYFLOW_NODE_TIMEOUT", 600),
    "RUN_TIMEOUT": env.float("WAYFLOW_RUN_TIMEOUT", 86_400),
    "MAX_CONCURRENCY": env.int("WAYFLOW_MAX_CONCURRENCY", 16),
    "LEASE_SECONDS": env.float("WAYFLOW_LEASE_SECONDS", 15),
    "MAX_TAKEOVERS": env.int("WAYFLOW_MAX_TAKEOVERS", 5),
    "MAX_BODY_BYTES": env.int("WAYFLOW_MAX_BODY_BYTES", 5_000_000),
    "MAX_NODES": env.int("WAYFLOW_MAX_NODES", 10_000),
    "MAX_EDGES": env.int("WAYFLOW_MAX_EDGES", 40_000),
    "MAX_NESTING": env.int("WAYFLOW_MAX_NESTING", 100),
    "MAX_INPUT_BYTES": env.int("WAYFLOW_MAX_INPUT_BYTES", 2_000_000),
    "MAX_OUTPUT_BYTES": env.int("WAYFLOW_MAX_OUTPUT_BYTES", 10_000_000),
    "REQUESTS_PER_MINUTE": env.int("WAYFLOW_REQUESTS_PER_MINUTE", 1_200),
    "SIGN_INS_PER_MINUTE": env.int("WAYFLOW_SIGN_INS_PER_MINUTE", 10),
    "RUNS_PER_USER": env.int("WAYFLOW_RUNS_PER_USER", 100),
    "QUEUE_PER_USER": env.int("WAYFLOW_QUEUE_PER_USER", 1_000),
    "QUEUE_LENGTH": env.int("WAYFLOW_QUEUE_LENGTH", 10_000),
    "KEEP_ALIVE_SECONDS": env.float("WAYFLOW_KEEP_ALIVE_SECONDS", 15),
    "WAIT_SECONDS": env.float("WAYFLOW_WAIT_SECONDS", 30),
    "FEED_LISTENERS": env.int("WAYFLOW_FEED_LISTENERS", 1_000),
    "FEED_LISTENERS_PER_USER": env.int("WAYFLOW_FEED_LISTENERS_PER_USER", 20),
    "RETENTION_DAYS": env.float("WAYFLOW_RETENTION_DAYS", 90),
    "VERSION_DAYS": env.float("WAYFLOW_VERSION_DAYS", 30),
    "SECRETS": env.list("WAYFLOW_SECRETS", []),
    "WORKERS": env.int("WEB_CONCURRENCY", 1),
    "OPENAI_API_KEY": env.str("OPENAI_API_KEY", ""),
    "OPENAI_BASE_URL": env.str("OPENAI_BASE_URL", ""),
    "LLM_MODELS": env.list("WAYFLOW_LLM_MODELS", ["gpt-4o-mini", "gpt-4o"]),
    "IMAGE_MODELS": env.list("WAYFLOW_IMAGE_MODELS", ["gpt-image-1"]),
}
DATA_UPLOAD_MAX_MEMORY_SIZE = WAYFLOW["MAX_BODY_BYTES"]

EVENTSTREAM_STORAGE_CLASS = "runs.feed.storage.FeedStorage"
EVENTSTREAM_CHANNELMANAGER_CLASS = "runs.feed.channels.UserChannels"

# --- The API ---

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "access.authentication.SessionAuthentication",
        "access.authentication.TokenAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_THROTTLE_CLASSES": ["access.throttle.RequestThrottle"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["access.body.JsonParser"],
    "DEFAULT_FILTER_BACKENDS": [
        "django_filters.rest_framework.DjangoFilterBackend",
        "rest_framework.filters.SearchFilter",
    ],
    "DEFAULT_PAGINATION_CLASS": "access.pagination.CursorPagination",
    "PAGE_SIZE": 50,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "access.answers.exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Wayflow Server",
    "DESCRIPTION": "Store visual workflows, run them and follow what happens."
    " As pages: [Swagger UI](/api/docs), [Redoc](/api/redoc).",
    "VERSION": place.version(),
    "OAS_VERSION": "3.1.0",
    "COMPONENT_SPLIT_REQUEST": True,
    "SERVE_INCLUDE_SCHEMA": False,
    # No page of ours asks another host for anything.
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {
        "deepLinking": True,
        "displayRequestDuration": True,
        "docExpansion": "list",
        "filter": True,
        "persistAuthorization": False,
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "workflows.api.schema.add_endpoints",
        "runs.api.schema.add_endpoints",
        "access.schema_rules.complete_schema",
    ],
}

# Pages elsewhere call with a token: a session's cookie is never theirs to send.
CORS_ALLOWED_ORIGINS: list[str] = env.list("WAYFLOW_CORS_ORIGINS", [])
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_HEADERS = [
    "accept",
    "authorization",
    "content-type",
    "idempotency-key",
    "if-match",
    "if-none-match",
    "last-event-id",
    "prefer",
]
CORS_EXPOSE_HEADERS = [
    "ETag",
    "Location",
    "Preference-Applied",
    "Retry-After",
    "X-Last-Seq",
    "X-Run-Id",
]

# --- Logging ---

DEFAULT_EXCEPTION_REPORTER = "access.tracebacks.ScrubbedReporter"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "class": "access.logs.LineFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s: %(message)s",
        }
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line"},
    },
    "root": {
        "handlers": ["stderr"],
        "level": env.str("WAYFLOW_LOG_LEVEL", "INFO").upper(),
    },
    "loggers": {
        # At INFO it has a line for every listener that comes.
        "django_eventstream": {"level": "WARNING"},
        # It has a traceback for every host that a bot makes up; the answer has a line.
        "django.security.DisallowedHost": {"level": "CRITICAL"},
    },
}
