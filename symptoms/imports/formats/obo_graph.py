"""The hierarchy of an ontology: under which of its top terms each term is filed."""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator

MAX_TOP_TERMS = 5  # a term is filed under so many at most, the first by id


class OntologyGraph:
    """Terms and what they are a kind of. Cycles are found and never followed."""

    def __init__(self, parents: dict[str, tuple[str, ...]], roots: Iterable[str] = ()):
        self._parents = parents
        self._children: dict[str, list[str]] = defaultdict(list)
        for key, above in parents.items():
            for parent in above:
                if parent in parents:
                    self._children[parent].append(key)
        self.roots = {root for root in roots if root in parents}
        if not self.roots:
            self.roots = self._find_single_root()
        self.top_terms: dict[str, tuple[str, ...]] = {}
        self._unsorted = self._sort_terms()

    def _get_parents(self, key: str) -> list[str]:
        """The parents of a term that are in the file."""
        return [parent for parent in self._parents[key] if parent in self._parents]

    def count_dangling(self) -> int:
        """How many parents are named that are not in the file."""
        dangling = 0
        for key, parents in self._parents.items():
            dangling += len(parents) - len(self._get_parents(key))
        return dangling

    def _find_single_root(self) -> set[str]:
        """The one term that has kinds and is a kind of nothing, as it names the whole ontology.

        Empty if there are several.
        """
        roots: set[str] = set()
        for key, parents in self._parents.items():
            if not parents and self._children.get(key):
                roots.add(key)
        return roots if len(roots) == 1 else set()

    def _sort_terms(self) -> set[str]:
        """Go down from the top, each term after all that is above it.

        Returns what is left: terms in a cycle or below one.
        """
        waiting = {key: len(self._get_parents(key)) for key in self._parents}
        ready = deque(key for key, number in waiting.items() if not number)
        while ready:
            key = ready.popleft()
            self.top_terms[key] = self._find_top_terms(key)
            for child in self._children.get(key, ()):
                waiting[child] -= 1
                if not waiting[child]:
                    ready.append(child)
        unsorted = {key for key, number in waiting.items() if number}
        found = {key: self._find_top_terms(key) for key in unsorted}
        self.top_terms |= found  # only now, so that the order of a set decides nothing
        return unsorted

    def _find_top_terms(self, key: str) -> tuple[str, ...]:
        if key in self.roots:
            return ()
        parents = self._get_parents(key)
        found: set[str] = set()
        for parent in parents:
            found.update(self.top_terms.get(parent, ()))
        is_top = not parents or self.roots.intersection(parents)
        if self._children.get(key) and is_top:
            found.add(key)
        return tuple(sorted(found)[:MAX_TOP_TERMS])

    def find_cycles(self) -> Iterator[list[str]]:
        """One way round each cycle, from its first id."""
        seen: set[str] = set()
        for start in sorted(self._unsorted):
            path: dict[str, int] = {}
            key: str | None = start
            while key is not None and key not in seen and key not in path:
                path[key] = len(path)
                key = self._get_unsorted_parent(key)
            if key in path:
                yield list(path)[path[key] :]
            seen |= path.keys()

    def _get_unsorted_parent(self, key: str) -> str | None:
        for parent in self._parents[key]:
            if parent in self._unsorted:
                return parent
        return None
