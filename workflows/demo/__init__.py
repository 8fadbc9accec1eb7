"""Three workflows worth looking at."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from wayflow.graph import Graph
from wayflow.registry import Registry

from .drawing import Drawing
from .reviewed_draft import reviewed_draft
from .shipping_quote import shipping_quote
from .ticket_triage import ticket_triage

TICKET_TRIAGE = UUID("6f6d1c5e-4d0b-4b5a-9a57-0d1f3b1c7a01")
REVIEWED_DRAFT = UUID("6f6d1c5e-4d0b-4b5a-9a57-0d1f3b1c7a02")
SHIPPING_QUOTE = UUID("6f6d1c5e-4d0b-4b5a-9a57-0d1f3b1c7a03")


def demos(registry: Registry, model: str) -> Mapping[UUID, Graph]:
    """The graphs by their workflows' ids; those that ask a model ask ``model``."""
    return {
        TICKET_TRIAGE: ticket_triage(Drawing(registry), model),
        REVIEWED_DRAFT: reviewed_draft(Drawing(registry), model),
        SHIPPING_QUOTE: shipping_quote(Drawing(registry)),
    }
