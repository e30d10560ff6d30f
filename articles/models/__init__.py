"""What is published and how it is found: the ground everything else stands on."""

from articles.models.article import Article, ArticleTag, Reference
from articles.models.frame import CopyrightNotice, Redirect, Topic, TopicEntry
from articles.models.history import Authorship, Publication, Revision
from articles.models.search import SearchEntry, SearchKey, SearchStart

__all__ = [
    "Article",
    "ArticleTag",
    "Authorship",
    "CopyrightNotice",
    "Publication",
    "Redirect",
    "Reference",
    "Revision",
    "SearchEntry",
    "SearchKey",
    "SearchStart",
    "Topic",
    "TopicEntry",
]
