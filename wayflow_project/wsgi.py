"""Tells a WSGI server, which looks for its application here, that there is none."""

from django.core.exceptions import ImproperlyConfigured

raise ImproperlyConfigured(
    "Wayflow cannot be served by WSGI: its streams, and the engine that drives its"
    " runs, need ASGI. Hint: serve wayflow_project.asgi:application, for instance with"
    " uvicorn."
)
