"""Who may do what: editors write, reviewers sign, managing editors answer for the site."""

EDITORS = "Editors"
REVIEWERS = "Reviewers"
MANAGING_EDITORS = "Managing editors"

WRITES = {
    "articles": {
        "article": ["view", "add", "change"],
        "aboutpage": ["view", "add", "change"],
        "readerreport": ["view", "change"],
        "readertally": ["view"],
        "reference": ["view", "add", "change", "delete"],
        "articletag": ["view", "add", "change", "delete"],
        "figure": ["view", "add", "change", "delete"],
        "image": ["view", "add"],
        "topic": ["view"],
        "copyrightnotice": ["view"],
        "revision": ["view"],
        "publication": ["view"],
        "redirect": ["view"],
    },
    "symptoms": {
        "symptom": ["view", "add", "change"],
        "cause": ["view", "add", "change"],
        "othername": ["view", "add", "change", "delete"],
        "symptomcause": ["view", "add", "change", "delete"],
        "relatedsymptom": ["view", "add", "change", "delete"],
        "code": ["view", "add", "change", "delete"],
    },
    "reviews": {
        "medicalreview": ["view"],
        "signature": ["view"],
    },
}
ANSWERS = {
    "articles": {
        "topic": ["add", "change", "delete"],
        "copyrightnotice": ["add", "change"],
        "importrun": ["view"],
        "origin": ["view"],
    },
    "symptoms": {"cause": ["delete"]},
    "reviews": {"reviewer": ["view", "add", "change"], "expunction": ["view"], "mail": ["view"]},
    "auth": {"user": ["view"]},
}


def _codenames(rights: dict) -> set[tuple[str, str]]:
    return {
        (app, f"{verb}_{model}") for app, models in rights.items() for model, verbs in models.items() for verb in verbs
    }


GRANTS = {
    EDITORS: _codenames(WRITES) | {("reviews", "request_review")},
    REVIEWERS: {("reviews", "sign_review"), ("articles", "view_image")},
    MANAGING_EDITORS: _codenames(WRITES)
    | _codenames(ANSWERS)
    | {
        ("articles", "change_address"),
        ("articles", "import_content"),
        ("articles", "withdraw_article"),
        ("reviews", "attest_legacy"),
        ("reviews", "expunge_revision"),
        ("reviews", "export_evidence"),
        ("reviews", "override_checks"),
        ("reviews", "request_review"),
        ("reviews", "see_radar"),
        ("reviews", "verify_reviewer"),
    },
}


def grant(group_model, permission_model, *, whole: bool = True) -> None:
    """Make the three groups, with just their rights.

    Raises LookupError where a right does not exist; with ``whole=False``, in a migration that a later one completes,
    it is left out.
    """
    rows = permission_model.objects.values_list("content_type__app_label", "codename", "pk")
    known = {(app, codename): pk for app, codename, pk in rows}
    for name, rights in GRANTS.items():
        if whole and (missing := rights - known.keys()):
            raise LookupError(f"{name} are to have rights that do not exist: {sorted(missing)}")
        group, _ = group_model.objects.get_or_create(name=name)
        group.permissions.set([known[right] for right in rights & known.keys()])
