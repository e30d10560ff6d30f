"""What to do in an emergency, as pages of the demonstration: one file, in few words."""

from collections.abc import Iterator

KEY = "emergencies/{}"  # in the story: a symptom may have the same slug


def build_texts(source: dict) -> dict[str, dict]:
    """Each page by its key, with the texts that all of them share."""
    texts = {}
    for page in source["pages"]:
        own = {name: value for name, value in page.items() if name not in ("signed", "is_quiet")}
        is_quiet = page.get("is_quiet", False)
        shared = {
            "kind": "emergency",
            "slug": page["subject"],
            "topics": ["general-health"],
            "tags": ["emergency", "911", "first aid"],
            "notice": "standard",
            "risk": "high",
            "sign_by": "sam",
            "advice_level": "emergency",
            "advice_heading": "Call 911 now",
            "advice": source["quiet_card" if is_quiet else "card"],
        }
        texts[KEY.format(page["subject"])] = shared | own
    return texts


def iter_events(source: dict) -> Iterator[dict]:
    """The signature of each page that has one; the others stay drafts."""
    for page in source["pages"]:
        if "signed" in page:
            key = KEY.format(page["subject"])
            yield {"days_ago": page["signed"], "page": key, "do": "sign"}
