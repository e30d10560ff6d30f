"""What stands above each term of an ontology: which of the terms at the top it is filed under."""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator

MOST_TOPS = 5  # a term is filed under so many at most, the first by id


class Graph:
    """Terms and what they are a kind of. Circles are found and never followed."""

    def __init__(self, parents: dict[str, tuple[str, ...]], roots: Iterable[str] = ()):
        self._parents = parents
        self._children: dict[str, list[str]] = defaultdict(list)
        for key, above in parents.items():
            for parent in above:
                if parent in parents:
                    self._children[parent].append(key)
        self.roots = {root for root in roots if root in parents} or self._only_root()
        self.tops: dict[str, tuple[str, ...]] = {}
        self._left = self._file()

    def dangling(self) -> int:
        return sum(parent not in self._parents for above in self._parents.values() for parent in above)

    def _only_root(self) -> set[str]:
        """The one term that is a kind of nothing and has kinds, as it names the whole; none where there are more."""
        found = {key for key, above in self._parents.items() if not above and self._children.get(key)}
        return found if len(found) == 1 else set()

    def _file(self) -> set[str]:
        """Go down from the top, each term after all that is above it. What is left stands in a circle or below one."""
        waiting = {key: sum(parent in self._parents for parent in above) for key, above in self._parents.items()}
        ready = deque(key for key, number in waiting.items() if not number)
        while ready:
            key = ready.popleft()
            self.tops[key] = self._tops_of(key)
            for child in self._children.get(key, ()):
                waiting[child] -= 1
                if not waiting[child]:
                    ready.append(child)
        left = {key for key, number in waiting.items() if number}
        self.tops |= {key: self._tops_of(key) for key in left}
        return left

    def _tops_of(self, key: str) -> tuple[str, ...]:
        if key in self.roots:
            return ()
        above = [parent for parent in self._parents[key] if parent in self._parents]
        found = {top for parent in above for top in self.tops.get(parent, ())}
        if self._children.get(key) and (not above or self.roots.intersection(above)):
            found.add(key)
        return tuple(sorted(found)[:MOST_TOPS])

    def circles(self) -> Iterator[list[str]]:
        """One way round each circle, from its first id."""
        seen: set[str] = set()
        for start in sorted(self._left):
            path: dict[str, int] = {}
            key: str | None = start
            while key is not None and key not in seen and key not in path:
                path[key] = len(path)
                key = next((parent for parent in self._parents[key] if parent in self._left), None)
            if key in path:
                yield list(path)[path[key] :]
            seen |= path.keys()
