"""The scheduler lets every node go once, in order, and never before its sources."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable

from hypothesis import given
from hypothesis import strategies as st

from wayflow.scheduler import Scheduler
from wayflow.testing import make_graph, node_document
from wayflow.topology import Topology, topology_of


def compiled(count: int, arrows: Iterable[tuple[int, int]]) -> Topology:
    """Nodes n0, n1 … with ports ``i`` and ``o``, joined by arrows of their numbers."""
    nodes = [
        node_document(f"n{n}", "t", inputs=["i"], outputs=["o"]) for n in range(count)
    ]
    wires = [f"n{a}.o -> n{b}.i" for a, b in arrows]
    return topology_of(make_graph(*nodes, wires=wires))


class Ports(set[str]):
    """The ports that one node emitted on; counts how often it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    def __contains__(self, port: object) -> bool:
        self.asked += 1
        return super().__contains__(port)


class Walk:
    """A run without a run: nodes settle when the test says so."""

    def __init__(self, topology: Topology, silent: Iterable[int] = ()) -> None:
        self.topology = topology
        self.silent = {*silent}
        self.emitted = [Ports() for _ in topology.nodes]
        self.settled: list[int] = []
        self.skipped: list[int] = []
        self.started: list[int] = []
        self.scheduler = Scheduler(topology, self.emitted)

    def skip(self) -> None:
        for index in self.scheduler.skipped():
            self.skipped.append(index)
            self.settle(index)

    def settle(self, index: int) -> None:
        self.settled.append(index)
        self.scheduler.settle(index)

    def finish(self, index: int) -> None:
        if index not in self.silent:
            self.emitted[index].add("o")
        self.settle(index)

    def start(self) -> int:
        self.started.append(self.scheduler.take())
        return self.started[-1]

    def go(self, choose: Callable[[int], int], at_once: int = 3) -> None:
        """To the end, ``choose(n)`` picking which of n working nodes ends next."""
        working: list[int] = []
        while True:
            self.skip()
            if self.scheduler.ready and len(working) < at_once:
                working.append(self.start())
            elif working:
                self.finish(working.pop(choose(len(working))))
            else:
                return


def test_ready_nodes_come_in_document_order() -> None:
    walk = Walk(compiled(5, [(4, 0), (4, 2)]))
    assert [walk.start() for _ in range(3)] == [1, 3, 4]
    assert not walk.scheduler.ready
    walk.finish(4)
    assert [walk.start(), walk.start()] == [0, 2]


def test_a_node_waits_for_all_its_sources() -> None:
    walk = Walk(compiled(3, [(0, 2), (1, 2)]))
    walk.finish(walk.start())
    assert len(walk.scheduler.ready) == 1
    walk.finish(walk.start())
    assert walk.start() == 2


def test_one_value_is_enough_to_run_and_none_is_too_little() -> None:
    walk = Walk(compiled(4, [(0, 2), (1, 2), (0, 3)]), silent=[0])
    walk.go(lambda working: 0)
    assert walk.started == [0, 1, 2]
    assert walk.skipped == [3]


def test_skipping_cascades_in_passes_over_the_document() -> None:
    walk = Walk(compiled(5, [(4, 1), (4, 3), (3, 0), (1, 2), (0, 2)]), silent=[4])
    walk.finish(walk.start())
    assert walk.scheduler.condemned
    walk.skip()
    assert walk.skipped == [1, 3, 0, 2]
    assert not walk.scheduler.condemned


def test_what_waits_for_a_person_is_neither_ready_nor_settled() -> None:
    topology = compiled(3, [(0, 1), (1, 2)])
    emitted: list[Container[str]] = [{"o"}, set(), set()]
    scheduler = Scheduler(topology, emitted, settled=[0], waiting=[1])
    assert not scheduler.ready
    assert not scheduler.condemned
    emitted[1] = {"o"}
    scheduler.settle(1)
    assert scheduler.take() == 2


def test_an_empty_graph_has_nothing_to_do() -> None:
    walk = Walk(compiled(0, []))
    walk.go(lambda working: 0)
    assert walk.settled == []


@st.composite
def drawings(draw: st.DrawFn) -> tuple[Topology, set[int]]:
    """An acyclic graph whose document is in any order, and nodes that emit nothing."""
    count = draw(st.integers(1, 12))
    place = draw(st.permutations(range(count)))
    pairs = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1))
    arrows = [
        (place[min(pair)], place[max(pair)])
        for pair in draw(st.lists(pairs, max_size=30))
        if pair[0] != pair[1]
    ]
    silent = draw(st.sets(st.integers(0, count - 1), max_size=count))
    return compiled(count, arrows), silent


@given(drawings(), st.data())
def test_every_node_settles_once_and_after_its_sources(
    drawing: tuple[Topology, set[int]], data: st.DataObject
) -> None:
    topology, silent = drawing
    walk = Walk(topology, silent)
    walk.go(lambda working: data.draw(st.integers(0, working - 1)))
    assert sorted(walk.settled) == list(range(len(topology.nodes)))
    assert sorted(walk.started + walk.skipped) == sorted(walk.settled)
    place = {index: n for n, index in enumerate(walk.settled)}
    dead = {*silent, *walk.skipped}
    for index, wires in enumerate(topology.incoming):
        sources = [source for _, source, _, _ in wires]
        assert all(place[source] < place[index] for source in sources)
        condemned = bool(sources) and all(source in dead for source in sources)
        assert (index in walk.skipped) == condemned


@given(drawings())
def test_the_work_is_linear_in_nodes_and_edges(
    drawing: tuple[Topology, set[int]],
) -> None:
    topology, silent = drawing
    walk = Walk(topology, silent)
    walk.go(lambda working: 0)
    edges = sum(topology.degrees)
    assert sum(ports.asked for ports in walk.emitted) <= edges


@given(drawings(), st.data())
def test_a_run_that_goes_on_later_settles_the_rest(
    drawing: tuple[Topology, set[int]], data: st.DataObject
) -> None:
    topology, silent = drawing
    whole = Walk(topology, silent)
    whole.go(lambda working: 0)
    done = data.draw(st.integers(0, len(whole.settled)))
    later = Walk(topology, silent)
    before = whole.settled[:done]
    for index in before:
        if index not in {*silent, *whole.skipped}:
            later.emitted[index].add("o")
    later.scheduler = Scheduler(topology, later.emitted, settled=before)
    later.go(lambda working: 0)
    assert sorted([*before, *later.settled]) == sorted(whole.settled)
    assert {*later.skipped} == {*whole.skipped} - {*before}


def test_a_long_chain_is_walked_without_recursion() -> None:
    count = 5_000
    walk = Walk(compiled(count, [(n, n + 1) for n in range(count - 1)]), silent=[0])
    walk.go(lambda working: 0)
    assert walk.skipped == list(range(1, count))
