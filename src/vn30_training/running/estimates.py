"""How long groups take: as recorded, or as those of the same family took so far."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from statistics import fmean, median

from vn30_training.models.scope import Scope
from vn30_training.running.groups import Group
from vn30_training.running.memory import Memory


class Estimates:
    """Seconds per group, from the records of earlier runs and from this one."""

    def __init__(self, groups: Iterable[Group], memory: Memory | None) -> None:
        self._recorded = {group.name: _recorded(group, memory) for group in groups}
        self._observed: dict[tuple[str, str], list[float]] = defaultdict(list)

    def observe(self, group: Group, seconds: Mapping[str, float]) -> None:
        """Learn from a group that ran."""
        if seconds:
            self._observed[_kind(group)].append(sum(seconds.values()))

    def seconds(self, group: Group) -> float | None:
        """Return about how long a group takes; None where nothing is known."""
        recorded = self._recorded[group.name]
        if recorded is not None:
            return recorded
        observed = self._observed.get(_kind(group))
        return median(observed) if observed else None

    def left(self, groups: Iterable[Group], slots: int) -> float | None:
        """Return about how long these take; None while less than half of them can be guessed."""
        guesses = [self.seconds(group) for group in groups if group.is_instance]
        known = [seconds for seconds in guesses if seconds is not None]
        if not known or 2 * len(known) < len(guesses):
            return None
        return fmean(known) * len(guesses) / slots


def _kind(group: Group) -> tuple[str, str]:
    """Return what groups alike share: their family, and the kind of their scope."""
    family, *scope = group.name.split(".")
    return family, Scope.parse(scope[0]).kind if group.is_instance else ""


def _recorded(group: Group, memory: Memory | None) -> float | None:
    if memory is None:
        return None
    records = [memory.record_of(node.name) for node in group.nodes]
    return sum(record.seconds for record in records if record is not None) or None
