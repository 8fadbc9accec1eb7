"""Error pages and error mails without secrets."""

from __future__ import annotations

from django.utils.safestring import SafeString
from django.views.debug import ExceptionReporter

from .secrets import scrubber


class ScrubbedReporter(ExceptionReporter):
    """Django's report on an exception; no variable and no message shows a secret."""

    def get_traceback_html(self) -> SafeString:
        return SafeString(scrubber().text(super().get_traceback_html()))

    def get_traceback_text(self) -> SafeString:
        return SafeString(scrubber().text(super().get_traceback_text()))
