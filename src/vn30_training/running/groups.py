"""What is scheduled: a whole instance at once, every other node by itself."""

from __future__ import annotations

from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node


@dataclass(frozen=True, slots=True)
class Group:
    """Nodes that run one after the other in one process.

    Attributes
    ----------
    name
        The namespace of an instance, or the name of a single node.
    nodes
        In an order in which they can run.
    is_instance
        Whether it is an instance, ``<family>.<scope>``, and may run in another process.
    needs
        The names of the groups that make its inputs.
    """

    name: str
    nodes: tuple[Node, ...]
    is_instance: bool
    needs: frozenset[str]

    @property
    def outputs(self) -> tuple[str, ...]:
        """The datasets that its nodes make."""
        return tuple(name for node in self.nodes for name in node.outputs)


def plan_groups(pipeline: Pipeline) -> list[Group]:
    """Split a pipeline into groups, each of them after those it needs.

    Raises
    ------
    ValueError
        If two groups need each other.
    """
    members: dict[str, list[Node]] = {}
    for node in pipeline.nodes:
        members.setdefault(_group_name(node), []).append(node)
    needs = {
        name: frozenset(
            _group_name(parent)
            for node in nodes
            for parent in pipeline.node_dependencies[node]
            if _group_name(parent) != name
        )
        for name, nodes in members.items()
    }
    try:
        order = list(TopologicalSorter(needs).static_order())
    except CycleError as error:
        raise ValueError(
            f"These groups of nodes need each other: {' -> '.join(error.args[1])}. "
            "Take the node between them out of its namespace."
        ) from None
    return [
        Group(name, tuple(members[name]), _is_instance(members[name][0]), needs[name])
        for name in order
    ]


def _is_instance(node: Node) -> bool:
    return "." in (node.namespace or "")


def _group_name(node: Node) -> str:
    return str(node.namespace if _is_instance(node) else node.name)
