"""For tests on the engine: graphs, runs that wait, scripted models, journals."""

from .context import ScriptedContext
from .frames import WritableResponse, write_events
from .graphs import graph_document, make_graph, node_document
from .journal import InMemoryJournal, Record
from .journal_checks import JOURNAL_CHECKS, JournalBench
from .providers import ScriptedImages, ScriptedProvider, ScriptedTool
from .sessions import Sessions

__all__ = [
    "JOURNAL_CHECKS",
    "InMemoryJournal",
    "JournalBench",
    "Record",
    "ScriptedContext",
    "ScriptedImages",
    "ScriptedProvider",
    "ScriptedTool",
    "Sessions",
    "WritableResponse",
    "graph_document",
    "make_graph",
    "node_document",
    "write_events",
]
