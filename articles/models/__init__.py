"""The models of what is published and how it is found."""

from articles.models.about import AboutPage
from articles.models.article import Article, ArticleTag, CareCard, Reference
from articles.models.attempts import AttemptCounter, AttemptKey
from articles.models.audit import AuditEvent, AuditPrivateValue
from articles.models.emergencies import EmergencyPage, PhraseEvent, PublishedEmergency
from articles.models.feedback import HarmDecision, ReaderReport, ReaderTally
from articles.models.history import Authorship, PublicationEvent, Revision
from articles.models.image import Figure, Image, PublishedImage
from articles.models.imports import ExternalId, ImportFinding, ImportRun
from articles.models.kept_report import KeptReport
from articles.models.links import OutsideAddress, PageLink
from articles.models.merged_page import MergedPage
from articles.models.metadata import CopyrightNotice, Redirect, Topic, TopicEntry
from articles.models.normalized_name import NormalizedNameMixin
from articles.models.page_store import ChangedSubject, CopyPurge, StoredPage, StoredPageSubject
from articles.models.related_page import RelatedPage
from articles.models.safety_alert import SafetyAlert
from articles.models.scheduled_run import ScheduledRun
from articles.models.search import SearchEntry, SearchKey, SearchStart
from articles.models.unsent_form import UnsentForm

__all__ = [
    "AboutPage",
    "Article",
    "ArticleTag",
    "AttemptCounter",
    "AttemptKey",
    "AuditEvent",
    "AuditPrivateValue",
    "Authorship",
    "CareCard",
    "ChangedSubject",
    "CopyPurge",
    "CopyrightNotice",
    "EmergencyPage",
    "ExternalId",
    "Figure",
    "HarmDecision",
    "Image",
    "ImportFinding",
    "ImportRun",
    "KeptReport",
    "MergedPage",
    "NormalizedNameMixin",
    "OutsideAddress",
    "PageLink",
    "PhraseEvent",
    "PublicationEvent",
    "PublishedEmergency",
    "PublishedImage",
    "ReaderReport",
    "ReaderTally",
    "Redirect",
    "Reference",
    "RelatedPage",
    "Revision",
    "SafetyAlert",
    "ScheduledRun",
    "SearchEntry",
    "SearchKey",
    "SearchStart",
    "StoredPage",
    "StoredPageSubject",
    "Topic",
    "TopicEntry",
    "UnsentForm",
]
