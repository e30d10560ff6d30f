"""What differs between what is expected and what is observed, in words that lead to the place."""

import difflib
import tarfile
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from tests.golden import looks, names, runs

SHOWN = 15


def assert_same(expected, observed) -> None:
    found = list(differences(expected, observed))
    assert not found, summary(found)


def assert_all_there(expected, observed) -> None:
    """What there was is there as it was; there may be more."""
    found = [line for line in differences(expected, observed) if not line.endswith("was not there")]
    assert not found, summary(found)


def summary(found: list[str]) -> str:
    return "\n".join([f"{len(found)} differ:", *found[:SHOWN]])


def differences(expected, observed, where: str = "") -> Iterator[str]:
    if isinstance(expected, dict) and isinstance(observed, dict):
        for name in [*expected, *(name for name in observed if name not in expected)]:
            place = f"{where} › {name}".removeprefix(" › ")
            if name not in observed:
                yield f"{place} is missing"
            elif name not in expected:
                if not _is_added(place):
                    yield f"{place} was not there"
            else:
                yield from differences(expected[name], observed[name], place)
    elif are_lists(expected, observed):
        pairs = enumerate(zip(expected, observed, strict=True))
        yield from chain.from_iterable(
            differences(was, now, f"{where} › {place}") for place, (was, now) in pairs
        )
    elif expected != observed:
        yield f"{where}\n  was {expected!s:.400}\n  is  {observed!s:.400}"


def _is_added(place: str) -> bool:
    """Whether ``names.py`` declares what was not there, by its table and its name."""
    parts = place.replace(" › ", " ").split()
    return any(names.is_added(table, parts[-1]) for table in parts)


def are_lists(expected, observed) -> bool:
    """Whether two lists can be compared item by item."""
    both = isinstance(expected, list) and isinstance(observed, list)
    return both and len(expected) == len(observed)


def assert_same_site(expected: dict, observed: dict, out: Path) -> None:
    """As ``assert_same``, with the first lines that differ in the first file that does.

    Of pages the texts and links are compared, and of the sitemap its lines: see ``looks``.
    """
    lost = dict(_find_lost(expected["files"], observed["files"], out))
    assert not any(lost.values()), {name: found for name, found in lost.items() if found}
    same = {name: expected["files"][name] for name in lost}
    observed = observed | {"files": observed["files"] | same}
    found = list(differences(expected, observed))
    assert not found, "\n".join([summary(found), *_first_difference(expected, observed, out)])


def _find_lost(expected: dict, observed: dict, out: Path) -> Iterator[tuple[str, set[str]]]:
    """Each page that differs, with what it has lost."""
    differing = [name for name in expected if observed.get(name, "") not in ("", expected[name])]
    with tarfile.open(runs.KEPT / "site.tar.xz") as tar:
        kept = {member.name: member for member in tar}
        for name in differing:
            if not name.endswith((".html", "sitemap.xml")):
                continue
            old = tar.extractfile(kept[f"site/{name}"]).read()
            find = looks.find_lost if name.endswith(".html") else looks.find_lost_lines
            yield name, find(old, (out / name).read_bytes())


def _first_difference(expected: dict, observed: dict, out: Path) -> list[str]:
    for kind in ("signed", "files"):
        for name, hashed in expected[kind].items():
            path = out / name
            if observed[kind].get(name) != hashed and path.is_file():
                was = _kept(name).splitlines()
                return list(
                    difflib.unified_diff(
                        was, path.read_text().splitlines(), name, name, n=0, lineterm=""
                    )
                )[:40]
    return []


def _kept(name: str) -> str:
    with tarfile.open(runs.KEPT / "site.tar.xz") as tar:
        return tar.extractfile(f"site/{name}").read().decode()
