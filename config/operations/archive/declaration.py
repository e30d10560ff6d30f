"""What is in an archive and what is not; a test compares it with all models there are.

The names of columns are those of version 4 of the format. They follow the names of the fields, save
for those that a file lists as ``renamed``: the format keeps its names when a field gets another
one. Whoever changes what a line holds raises the version and writes an upcaster (``versions.py``).
"""

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db.models import Field, Model
from taggit.models import Tag, TaggedItem

from articles.models import (
    Article,
    ArticleTag,
    AttemptCounter,
    AttemptKey,
    AuditEvent,
    AuditPrivateValue,
    Authorship,
    CareCard,
    ChangedSubject,
    CopyPurge,
    CopyrightNotice,
    EmergencyPage,
    ExternalId,
    Figure,
    HarmDecision,
    Image,
    ImportFinding,
    ImportRun,
    KeptReport,
    MergedPage,
    OutsideAddress,
    PageLink,
    PhraseEvent,
    PublicationEvent,
    PublishedEmergency,
    PublishedImage,
    ReaderReport,
    ReaderTally,
    Redirect,
    Reference,
    RelatedPage,
    Revision,
    SafetyAlert,
    ScheduledRun,
    SearchEntry,
    SearchKey,
    SearchStart,
    StoredPage,
    StoredPageSubject,
    Topic,
    TopicEntry,
    UnsentForm,
)
from config.models import SignInSession
from config.operations.archive.versions import VERSION
from reviews.models import (
    Absence,
    Comment,
    Expunction,
    FailedAttempt,
    HandOver,
    KnownWord,
    LedgerEntry,
    LedgerTip,
    ListedPage,
    Mail,
    MailItem,
    MedicalReview,
    PlannedReview,
    PrivateField,
    Recall,
    RecalledReview,
    ReportedReview,
    Reviewer,
    ReviewOpening,
    ReviewSchedule,
    SignatureDispute,
    SignatureReceipt,
    SignedWords,
)
from symptoms.models import (
    Cause,
    CauseAddress,
    CauseExternalId,
    Code,
    MergedCause,
    OtherName,
    PublishedCause,
    PublishedExcerpt,
    PublishedName,
    PublishedRelation,
    RelatedSymptom,
    Symptom,
    SymptomCause,
)

ModelT = TypeVar("ModelT", bound=Model)


@dataclass(frozen=True)
class ArchiveColumn:
    """A field of a model, and the name of its column in an archive."""

    name: str
    field: Field

    @property
    def target(self) -> type[Model] | None:
        """The model of the row that it refers to, if it refers to one."""
        return self.field.related_model

    @property
    def is_line_number(self) -> bool:
        """Whether the column refers to another row by the number of its line."""
        return self.target is not None and NATURAL_KEYS[self.target] is LINE_NUMBER


@dataclass(frozen=True)
class LinkedNames:
    """Rows that a line lists by their natural keys alone, sorted, such as the tags of a page."""

    through: type[Model]
    owner_field: str
    of: str

    @property
    def column(self) -> ArchiveColumn:
        field = self.through._meta.get_field(self.of)
        assert isinstance(field, Field)  # a foreign key
        return ArchiveColumn(self.of, field)


@dataclass(frozen=True)
class NestedRows:
    """Rows of another model that belong to one row and stand inside its line, the oldest first.

    ``is_single``: there is one at most, and the line holds it as an object and not in a list.
    """

    model: type[Model]
    owner_field: str
    is_single: bool = False
    renamed: dict[str, str] = field(default_factory=dict)
    excluded: tuple[str, ...] = ()


@dataclass(frozen=True)
class ArchiveFile(Generic[ModelT]):
    """A file of lines, one for each row of a model, in the order they were made.

    ``number``: the name of the primary key in the archive, where its value means something and is
    kept.
    ``renamed``: by the name of a field, the name of its column in the archive, where they differ.
    ``private``: fields that are written with ``--with-private`` only. ``excluded``: fields that are
    never written.
    ``since``: the first version of the format that has the file.
    """

    name: str
    model: type[ModelT]
    related_names: dict[str, LinkedNames] = field(default_factory=dict)
    related_rows: dict[str, NestedRows] = field(default_factory=dict)
    number: str = ""
    renamed: dict[str, str] = field(default_factory=dict)
    private: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    is_private: bool = False
    since: int = 1

    @property
    def file_name(self) -> str:
        return f"{self.name}.jsonl.gz"


# How other rows refer to a row: by a key that is the same in every database. Copyright notices have
# none, so other rows refer to the number of their line.
LINE_NUMBER = ()
NATURAL_KEYS: dict[type[Model], tuple[str, ...]] = {
    Permission: ("content_type__app_label", "codename"),
    Group: ("name",),
    User: ("username",),
    Reviewer: ("uuid",),
    Topic: ("slug",),
    CopyrightNotice: LINE_NUMBER,
    Tag: ("slug",),
    Image: ("sha256",),
    Cause: ("uuid",),
    Article: ("uuid",),
    Symptom: ("uuid",),
    Revision: ("uuid",),
    MedicalReview: ("uuid",),
    Expunction: ("uuid",),
    LedgerEntry: ("sequence",),
    AuditEvent: ("sequence",),
    PublicationEvent: ("id",),
    Recall: ("uuid",),
    ImportRun: ("uuid",),
}

# In the order of an import. The files of the history are imported by ``replay``, in the order of
# events, because triggers check each row against those before it.
BASE_FILES = (
    ArchiveFile(
        "groups",
        Group,
        related_names={"rights": LinkedNames(Group.permissions.through, "group", "permission")},
    ),
    ArchiveFile(
        "people",
        User,
        related_names={
            "groups": LinkedNames(User.groups.through, "user", "group"),
            "rights": LinkedNames(User.user_permissions.through, "user", "permission"),
        },
        number="number",  # the provenance in the ledger refers to people by it
        private=("email",),
        excluded=("password", "last_login"),
    ),
    ArchiveFile(
        "reviewers",
        Reviewer,
        related_rows={"absences": NestedRows(Absence, "reviewer")},
        private=("licence_number",),
        excluded=("weekly_capacity", "capacity_unit"),  # how a managing editor plans
    ),
    ArchiveFile("topics", Topic),
    ArchiveFile("notices", CopyrightNotice),
    ArchiveFile("tags", Tag),
    ArchiveFile("images", Image),
    ArchiveFile(
        "causes",
        Cause,
        related_names={"authors": LinkedNames(Cause.authors.through, "cause", "user")},
    ),
    ArchiveFile(
        "pages",
        Article,
        related_names={
            "topics": LinkedNames(Article.topics.through, "article", "topic"),
            "tags": LinkedNames(ArticleTag, "content_object", "tag"),
        },
        related_rows={
            "symptom": NestedRows(Symptom, "article_ptr", is_single=True),
            "emergency": NestedRows(EmergencyPage, "article_ptr", is_single=True),
            "other_names": NestedRows(OtherName, "symptom"),
            "causes": NestedRows(SymptomCause, "symptom"),
            "related": NestedRows(RelatedSymptom, "symptom"),
            "codes": NestedRows(Code, "symptom"),
            "references": NestedRows(Reference, "article"),
            "figures": NestedRows(Figure, "article"),
            "care_cards": NestedRows(CareCard, "article"),
        },
        renamed={"form_version": "edition"},
        excluded=("live",),  # the newest publication, unless it withdraws
    ),
    ArchiveFile("redirects", Redirect),
)
REVISIONS = ArchiveFile(
    "revisions", Revision, related_names={"authors": LinkedNames(Authorship, "revision", "user")}
)
REVIEWS = ArchiveFile(
    "reviews",
    MedicalReview,
    related_rows={
        "comments": NestedRows(Comment, "review"),
        "hand_overs": NestedRows(HandOver, "review"),
    },
)
EXPUNCTIONS = ArchiveFile("expunctions", Expunction)
LEDGER = ArchiveFile("ledger", LedgerEntry)
PUBLICATIONS = ArchiveFile(
    "publications", PublicationEvent, number="number", renamed={"metadata": "frame"}
)
EVENTS = ArchiveFile("events", AuditEvent, number="sequence", since=4)
HISTORY_FILES = (REVISIONS, REVIEWS, EXPUNCTIONS, LEDGER, PUBLICATIONS)
EXTRA_FILES = (
    ArchiveFile("private", PrivateField, renamed={"entry": "signature"}, is_private=True),
    ArchiveFile("recalls", Recall, related_rows={"reviews": NestedRows(RecalledReview, "recall")}),
    ArchiveFile("reported", ReportedReview, excluded=("report",)),  # reports of readers stay behind
    ArchiveFile("tallies", ReaderTally),
    ArchiveFile("harm_decisions", HarmDecision, since=3),
    ArchiveFile("imports", ImportRun, related_rows={"findings": NestedRows(ImportFinding, "run")}),
    ArchiveFile(
        "origins", ExternalId, renamed={"record_digest": "said", "form_version": "edition"}
    ),
    ArchiveFile("cause_origins", CauseExternalId, renamed={"record_digest": "said"}),
    ArchiveFile("merged_pages", MergedPage),
    ArchiveFile("phrases", PhraseEvent, since=3),
    # Its ``key`` is that of a row in one database.
    ArchiveFile("merged_causes", MergedCause, excluded=("key",)),
    # Alerts are reports, which stay behind.
    ArchiveFile("disputes", SignatureDispute, excluded=("report",), since=4),
    EVENTS,
    ArchiveFile("event_values", AuditPrivateValue, is_private=True, since=4),
)
FILES = (*BASE_FILES, *HISTORY_FILES, *EXTRA_FILES)

REBUILT = "rebuilt from the publication log"
RENDERED = "rendered from the publication log at the next visit"
EXCLUDED_MODELS: dict[type[Model], str] = {
    TopicEntry: REBUILT,
    PublishedImage: REBUILT,
    SafetyAlert: REBUILT,
    RelatedPage: "found again by what the publication log says",
    PublishedEmergency: REBUILT,
    SearchEntry: REBUILT,
    SearchKey: REBUILT,
    SearchStart: REBUILT,
    PublishedCause: REBUILT,
    PublishedRelation: REBUILT,
    PublishedName: REBUILT,
    PublishedExcerpt: REBUILT,
    CauseAddress: REBUILT,
    ReviewSchedule: REBUILT,
    SignedWords: REBUILT,
    KnownWord: REBUILT,
    ListedPage: "kept by the database from pages, revisions, publications and due dates",
    PageLink: "rebuilt from the revisions",
    StoredPage: RENDERED,
    CopyPurge: "what a CDN has dropped, at the place of its site",
    StoredPageSubject: RENDERED,
    ChangedSubject: "which pages a process renders again; an import makes all be rendered again",
    KeptReport: "computed from all names and pages, again each night",
    OutsideAddress: "what other sites answered on some day; they are asked again",
    LedgerTip: "holds no fact",
    ReviewOpening: "when somebody opened a review; the ledger has it once they signed",
    ReaderReport: "the words of readers are deleted after 90 days, and an archive would keep them",
    UnsentForm: "what people typed and did not send: theirs alone, and deleted after 30 days",
    Mail: "mails to people, with their addresses",
    SignatureReceipt: "which mail told a signer, and in which sign-in of one database",
    AttemptCounter: "how often something was tried within minutes or an hour, by keys of a day",
    AttemptKey: "the key of a day",
    ScheduledRun: "when cron ran last at one database",
    FailedAttempt: "when somebody mistyped a password; deleted after 90 days",
    MailItem: "which mails were sent, by keys of one database",
    PlannedReview: "plans, made again from the due dates in a minute; what was opened is a review",
    Authenticator: "second factors are secrets; people enrol again",
    EmailAddress: "made again at the next log-in",
    EmailConfirmation: "good for a few days in one database",
    Session: "people log in again",
    SignInSession: "people log in again",
    LogEntry: "Django's list of clicks; what counts is in revisions, ledger and log",
    Permission: "comes with the program",
    ContentType: "comes with the program",
    TaggedItem: "nothing is tagged through it",
}


def list_files(*, private: bool, version: int = VERSION) -> list[ArchiveFile]:
    """The files that an archive of a version has, in the order of an import."""
    found = [file for file in FILES if file.since <= version]
    return [file for file in found if private or not file.is_private]


def list_columns(file: ArchiveFile | NestedRows, *, private: bool = True) -> list[ArchiveColumn]:
    """The columns of a line, save for its number, its nested rows and its lists of names."""
    hidden = set(file.excluded)
    if isinstance(file, NestedRows):
        hidden.add(file.owner_field)
    elif not private:
        hidden.update(file.private)
    columns = []
    for model_field in file.model._meta.local_concrete_fields:
        if model_field.primary_key or model_field.name in hidden:
            continue
        name = file.renamed.get(model_field.name, model_field.name)
        columns.append(ArchiveColumn(name, model_field))
    return columns


def list_keys(file: ArchiveFile, *, private: bool) -> set[str]:
    """The keys of every line of a file: no more and no fewer."""
    keys = {column.name for column in list_columns(file, private=private)}
    keys.update(file.related_names, file.related_rows)
    if file.number:
        keys.add(file.number)
    return keys
