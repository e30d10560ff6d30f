"""One run of an export: everything printed, one page at a time, and told what became of it."""

from collections import Counter
from collections.abc import Callable, Iterator

from django.db import DatabaseError
from django.utils import timezone

from articles.models import Publication
from config.export import addresses, assets
from config.export.addresses import Address
from config.export.files import Copy, lines
from config.export.printing import Answer

PASSES = 3  # a site that changes while it is printed is printed again, so often
GONE, PERMANENT = 410, 301


class Run:
    """``failed`` says what could not be printed, and why; ``settled`` whether the site stood still for it."""

    def __init__(self, copy: Copy, *, site_url: str, watch: Callable):
        self.copy, self.site_url, self._watch = copy, site_url, watch
        self.failed: dict[str, str] = {}
        self.settled = False

    def whole(self) -> Counter:
        for _ in range(PASSES):
            moment = revision, day = self._moment()
            self._once()
            self.settled = moment == self._moment()
            if self.settled:
                break
        return self.copy.finish(
            site_url=self.site_url,
            site_revision=revision,
            day=day,
            not_printed=sorted(self.failed),
        )

    def _moment(self) -> tuple[int, str]:
        """What pages are printed for: the newest line of the log, and the day."""
        return Publication.objects.site_revision(), str(timezone.localdate())

    def _once(self) -> None:
        self.copy.start_over()
        self.failed, self._moved, self._gone = {}, {}, []
        seen = self._watch("addresses", lambda: sum(1 for _ in addresses.every()))
        for address in addresses.every():
            self._take(address)
            seen(1)
        for name, data in self._maps():
            self.copy.put(name, data)

    def _take(self, address: Address) -> None:
        name, answer = file_name(address.path), self._made(address)
        if answer is None:
            self.copy.keep(name)
            return
        if answer.status == 404:
            return
        if answer.location:
            self._moved[address.path] = answer.status, answer.location
        elif answer.status == GONE:
            self._gone.append(address.path)
        if name.endswith(".html"):
            self._bring(assets.named_in(answer.body))
        self.copy.put(name, answer.body)

    def _made(self, address: Address) -> Answer | None:
        """What stands at an address; nothing where that is not to be known. One bad page does not stop the others."""
        try:
            answer = address.make(address.path)
        except DatabaseError:
            raise
        except Exception as error:
            self.failed[address.path] = f"{type(error).__name__}: {error}"
            return None
        if answer.status in (200, PERMANENT, 302, GONE) or (answer.status == 404 and not address.sure):
            return answer
        self.failed[address.path] = f"answered {answer.status}"
        return None

    def _bring(self, names: Iterator[str]) -> None:
        """Put static files before the first page that asks for them."""
        for name in names:
            file = assets.file_name(name)
            if file in self.copy.files or f"/{file}" in self.failed:
                continue
            try:
                data = assets.read(name)
            except OSError as error:
                self.failed[f"/{file}"] = f"{type(error).__name__}: {error}"
                self.copy.keep(file)
                continue
            self.copy.put(file, data)
            self._bring(assets.named_by(name, data))

    def _maps(self) -> Iterator[tuple[str, bytes]]:
        """For web servers: which addresses lead on, and which are to be answered with 410."""
        lasting = {path: to for path, (status, to) in self._moved.items() if status == PERMANENT}
        yield "_redirects", lines(f"{path} {to} {status}" for path, (status, to) in sorted(self._moved.items()))
        yield "redirects.map", lines(f'"{path}" "{to}";' for path, to in sorted(lasting.items()))
        yield "gone.map", lines(f'"{path}" 1;' for path in sorted(self._gone))
        yield "gone.txt", lines(sorted(self._gone))


def file_name(path: str) -> str:
    return (f"{path}index.html" if path.endswith("/") else path).lstrip("/")
