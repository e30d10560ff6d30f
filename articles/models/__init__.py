"""What is published and how it is found: the ground everything else stands on."""

from articles.models.article import Article, ArticleTag, Reference
from articles.models.frame import CopyrightNotice, Redirect, Topic, TopicEntry
from articles.models.history import Authorship, Publication, Revision
from articles.models.image import Figure, Image, PublishedImage

__all__ = [
    "Article",
    "ArticleTag",
    "Authorship",
    "CopyrightNotice",
    "Figure",
    "Image",
    "Publication",
    "PublishedImage",
    "Redirect",
    "Reference",
    "Revision",
    "Topic",
    "TopicEntry",
]
