"""Two causes or two symptoms made one, without a preview in between."""

from symptoms.merging import causes, pages


def merge_causes(lost, kept, *, by):
    with causes.prepare_merge(lost, kept, by=by) as plan:
        return causes.apply_merge(plan, by=by)


def merge_symptoms(lost, kept, *, by):
    with pages.prepare_merge(lost, kept, by=by) as plan:
        return pages.apply_merge(plan, by=by)
