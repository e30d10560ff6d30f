"""What the search reads once in a process: read when the process begins, and not for a visitor.

The phrases of emergencies are among it. The first who asked waited half a second for all of it.
"""

import logging

from django.db import DatabaseError, InterfaceError
from django.template.loader import get_template

from articles.page_store import outage
from articles.search import vocabulary
from articles.search.emergency import detect_urgent_help, suggest_urgent_help
from articles.search.foreign_text import detect_foreign_text
from articles.search.query_parser import parse_query

logger = logging.getLogger(__name__)
SAMPLE = "sudden headache at night"  # a text that is read in all ways there are
TEMPLATES = ("articles/search/search.html", "articles/search/_help_typed.html")


def prepare() -> None:
    """Read the phrases, the words and the templates. What needs the database may fail, and waits.

    Two queries at least: see ``vocabulary.get_current``.
    """
    detect_urgent_help(SAMPLE)
    suggest_urgent_help(SAMPLE)
    query = parse_query(SAMPLE)
    for name in TEMPLATES:
        get_template(name)
    try:
        outage.require_database()
        known = vocabulary.get_current()
    except (DatabaseError, InterfaceError, outage.DatabaseUnreachable) as error:
        outage.note_wait(error)
        logger.warning("The words of names cannot be read; the first search will.")
        return
    detect_foreign_text(SAMPLE, known)
    known.prepare()
    for term in query.terms:
        known.weight(term)
