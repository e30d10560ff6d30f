"""Forms whose rich texts may have only links that lead somewhere.

Only texts that somebody changed are looked at, and of their links only those that are new.
"""

from collections.abc import Collection, Iterable

from django import forms
from django_prose_editor.fields import ProseEditorFormField

from articles.content import kinds
from articles.links.validation import LinkCheck, check_text, finish_checks
from articles.models import Article
from articles.richtext.anchors import RESERVED_ANCHORS, add_anchors


class CheckedLinksMixin(forms.ModelForm):
    """A form of which ``finish_forms`` checks the links, once its other fields were."""

    link_checks: dict[str, LinkCheck]

    def _post_clean(self):
        super()._post_clean()
        self.link_checks = {}
        for name in self._list_changed_texts():
            before = self.initial.get(name) or ""
            written = self.cleaned_data.get(name) or ""
            cleaned = self.get_text(name)
            if name not in self.errors and cleaned:
                self.link_checks[name] = check_text(written, cleaned, before)

    def get_text(self, name: str) -> str:
        """The cleaned text of a field."""
        text: str = getattr(self.instance, name)
        return text

    def set_text(self, name: str, html: str) -> None:
        setattr(self.instance, name, html)

    def _list_changed_texts(self) -> list[str]:
        names = []
        for name in self.changed_data:
            if isinstance(self.fields.get(name), ProseEditorFormField):
                names.append(name)
        return names


def finish_forms(checked: Iterable[CheckedLinksMixin], page: Article) -> None:
    """Add an error for each link of some forms of one page that leads nowhere.

    Links to pages that moved get their present addresses. One query for all forms, or none.
    """
    rows = []
    for form in checked:
        for name, check in getattr(form, "link_checks", {}).items():
            rows.append((form, name, check))
    finish_checks([check for _, _, check in rows], list_anchors(page))
    for form, name, check in rows:
        for fault in check.faults:
            form.add_error(name, fault)
        if not check.faults:
            form.set_text(name, check.rewrite(form.get_text(name)))


def list_anchors(page: Article) -> Collection[str]:
    """The sections that a page can have, by their anchors: its checks know which it has."""
    kind = kinds.get(page.kind) if page.kind else kinds.get_for_model(type(page))
    if kind.section_anchors:
        return kind.section_anchors
    return {anchor for anchor, _ in add_anchors(page.body or "").contents} | set(RESERVED_ANCHORS)
