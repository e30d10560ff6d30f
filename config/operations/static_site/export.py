"""One run of an export: every page rendered, one at a time, and a report of what happened."""

from collections import Counter
from collections.abc import Iterator

from django.db import DatabaseError
from django.utils import timezone
from tqdm import tqdm

from articles.event_log import Event, log
from articles.models import PublicationEvent
from config.operations.static_site import addresses, assets
from config.operations.static_site.addresses import ExportAddress
from config.operations.static_site.files import ExportDirectory, join_lines
from config.operations.static_site.rendering import ExportedResponse

MAX_PASSES = 3  # a site that changes while it is printed is printed again, so often
GONE, PERMANENT = 410, 301


class SiteExport:
    """``failures`` has the reason for each page that could not be rendered; ``is_stable`` is
    whether the site stayed the same meanwhile.
    """

    def __init__(self, copy: ExportDirectory, *, site_url: str, no_progress: bool | None):
        self.copy, self.site_url, self._no_progress = copy, site_url, no_progress
        self.failures: dict[str, str] = {}
        self.is_stable = False

    def run(self) -> Counter:
        for _ in range(MAX_PASSES):
            moment = revision, day = self._get_version()
            self._export_once()
            self.is_stable = moment == self._get_version()
            if self.is_stable:
                break
        log(Event.EXPORT, kind="site")
        return self.copy.finish(
            site_url=self.site_url,
            site_revision=revision,
            day=day,
            not_printed=sorted(self.failures),
        )

    def _get_version(self) -> tuple[int, str]:
        """What pages are rendered for: the newest publication event, and the day."""
        return PublicationEvent.objects.site_revision(), str(timezone.localdate())

    def _export_once(self) -> None:
        self.copy.start_over()
        self.failures = {}
        self._redirects: dict[str, tuple[int, str]] = {}
        self._gone_paths: list[str] = []
        found = list(addresses.iter_addresses())
        for address in tqdm(found, "addresses", disable=self._no_progress):
            self._export_address(address)
        for name, data in self._build_maps():
            self.copy.put(name, data)

    def _export_address(self, address: ExportAddress) -> None:
        name, answer = get_file_name(address.path), self._render(address)
        if answer is None:
            self.copy.keep_existing(name)
            return
        if answer.status == 404:
            return
        if answer.location:
            self._redirects[address.path] = answer.status, answer.location
        elif answer.status == GONE:
            self._gone_paths.append(address.path)
        if name.endswith(".html"):
            self._export_assets(assets.find_in_page(answer.body))
        self.copy.put(name, answer.body)

    def _render(self, address: ExportAddress) -> ExportedResponse | None:
        """The page at an address, or None where it cannot be rendered. One bad page does not stop
        the others.
        """
        try:
            answer = address.render(address.path)
        except DatabaseError:
            raise
        except Exception as error:
            self.failures[address.path] = f"{type(error).__name__}: {error}"
            return None
        if answer.status in (200, PERMANENT, 302, GONE) or (
            answer.status == 404 and not address.is_required
        ):
            return answer
        self.failures[address.path] = f"answered {answer.status}"
        return None

    def _export_assets(self, names: Iterator[str]) -> None:
        """Write static files before the first page that needs them."""
        for name in names:
            file = assets.get_file_name(name)
            if file in self.copy.files or f"/{file}" in self.failures:
                continue
            try:
                data = assets.read_asset(name)
            except OSError as error:
                self.failures[f"/{file}"] = f"{type(error).__name__}: {error}"
                self.copy.keep_existing(file)
                continue
            self.copy.put(file, data)
            self._export_assets(assets.find_in_stylesheet(name, data))

    def _build_maps(self) -> Iterator[tuple[str, bytes]]:
        """For web servers: which addresses redirect, and which are answered with 410."""
        lasting = {
            path: to for path, (status, to) in self._redirects.items() if status == PERMANENT
        }
        yield (
            "_redirects",
            join_lines(
                f"{path} {to} {status}" for path, (status, to) in sorted(self._redirects.items())
            ),
        )
        yield (
            "redirects.map",
            join_lines(f'"{path}" "{to}";' for path, to in sorted(lasting.items())),
        )
        yield "gone.map", join_lines(f'"{path}" 1;' for path in sorted(self._gone_paths))
        yield "gone.txt", join_lines(sorted(self._gone_paths))


def get_file_name(path: str) -> str:
    return (f"{path}index.html" if path.endswith("/") else path).lstrip("/")
