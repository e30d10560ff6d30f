"""What is published and how it is found: the ground everything else stands on."""

from articles.models.about import AboutPage
from articles.models.article import Article, ArticleTag, Reference
from articles.models.feedback import ReaderReport, ReaderTally
from articles.models.frame import CopyrightNotice, Redirect, Topic, TopicEntry
from articles.models.history import Authorship, Publication, Revision
from articles.models.image import Figure, Image, PublishedImage
from articles.models.imports import ImportFinding, ImportRun, Origin
from articles.models.merging import MergedPage
from articles.models.search import SearchEntry, SearchKey, SearchStart

__all__ = [
    "AboutPage",
    "Article",
    "ArticleTag",
    "Authorship",
    "CopyrightNotice",
    "Figure",
    "Image",
    "ImportFinding",
    "ImportRun",
    "MergedPage",
    "Origin",
    "Publication",
    "PublishedImage",
    "ReaderReport",
    "ReaderTally",
    "Redirect",
    "Reference",
    "Revision",
    "SearchEntry",
    "SearchKey",
    "SearchStart",
    "Topic",
    "TopicEntry",
]
