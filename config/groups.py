"""Who may do what: editors write, reviewers sign, managing editors answer for the site."""

EDITORS = "Editors"
REVIEWERS = "Reviewers"
MANAGING_EDITORS = "Managing editors"

EDITOR_PERMISSIONS = {
    "articles": {
        "article": ["view", "add", "change"],
        "emergencypage": ["view", "add", "change"],
        "phraseevent": ["view"],
        "aboutpage": ["view", "add", "change"],
        "readerreport": ["view", "change"],
        "harmdecision": ["view"],
        "readertally": ["view"],
        "reference": ["view", "add", "change", "delete"],
        "articletag": ["view", "add", "change", "delete"],
        "figure": ["view", "add", "change", "delete"],
        "image": ["view", "add"],
        "topic": ["view"],
        "copyrightnotice": ["view"],
        "revision": ["view"],
        "publicationevent": ["view"],
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
        "ledgerentry": ["view"],
    },
}
MANAGING_EDITOR_PERMISSIONS = {
    "articles": {
        "topic": ["add", "change", "delete"],
        "copyrightnotice": ["add", "change"],
        "phraseevent": ["add", "change", "delete"],
        "importrun": ["view"],
        "externalid": ["view"],
    },
    "symptoms": {"cause": ["delete"]},
    "reviews": {
        "reviewer": ["view", "add", "change"],
        "expunction": ["view"],
        "mail": ["view"],
        "signaturedispute": ["view"],
    },
    "auth": {"user": ["view"]},
}


def _expand_permissions(permissions: dict) -> set[tuple[str, str]]:
    expanded: set[tuple[str, str]] = set()
    for app, models in permissions.items():
        for model, verbs in models.items():
            expanded.update((app, f"{verb}_{model}") for verb in verbs)
    return expanded


GROUP_PERMISSIONS = {
    EDITORS: _expand_permissions(EDITOR_PERMISSIONS) | {("reviews", "request_review")},
    REVIEWERS: {("reviews", "sign_review"), ("articles", "view_image")},
    MANAGING_EDITORS: _expand_permissions(EDITOR_PERMISSIONS)
    | _expand_permissions(MANAGING_EDITOR_PERMISSIONS)
    | {
        ("articles", "change_address"),
        ("articles", "import_content"),
        ("articles", "withdraw_article"),
        ("reviews", "attest_legacy"),
        ("reviews", "expunge_revision"),
        ("reviews", "export_evidence"),
        ("reviews", "override_checks"),
        ("reviews", "reassign_review"),
        ("reviews", "request_review"),
        ("reviews", "see_radar"),
        ("reviews", "verify_reviewer"),
    },
}
