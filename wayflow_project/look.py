"""How the admin looks: its names, its colours, which are the editor's, and its ways."""

from __future__ import annotations

from typing import Any, Final

from django.urls import reverse_lazy

UNFOLD: Final[dict[str, Any]] = {
    "SITE_TITLE": "Wayflow",
    "SITE_HEADER": "Wayflow",
    "SITE_ICON": reverse_lazy("favicon"),
    "SITE_DROPDOWN": [
        {
            "icon": "account_tree",
            "title": "Build workflows",
            "link": reverse_lazy("pages:workflows"),
        },
        {"icon": "api", "title": "The API", "link": reverse_lazy("docs")},
    ],
    "COLORS": {
        "primary": {
            "50": "oklch(96.8% .016 274)",
            "100": "oklch(93.6% .033 274)",
            "200": "oklch(88.6% .06 274)",
            "300": "oklch(80.5% .105 274)",
            "400": "oklch(71% .15 274)",
            "500": "oklch(63.5% .17 274)",
            "600": "oklch(51.2% .19 274)",
            "700": "oklch(45.5% .175 274)",
            "800": "oklch(39.5% .15 274)",
            "900": "oklch(34.5% .12 274)",
            "950": "oklch(25% .085 274)",
        }
    },
    "SIDEBAR": {"navigation": "runs.admin.sidebar.navigation"},
    "DASHBOARD_CALLBACK": "runs.admin.dashboard.dashboard",
}
