"""What is in an archive and what is not: a line for each model, and a test that none is forgotten."""

from dataclasses import dataclass, field

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
    Authorship,
    CopyrightNotice,
    Figure,
    Image,
    ImportFinding,
    ImportRun,
    MergedPage,
    Origin,
    Publication,
    PublishedImage,
    ReaderReport,
    ReaderTally,
    Redirect,
    Reference,
    Revision,
    SearchEntry,
    SearchKey,
    SearchStart,
    Topic,
    TopicEntry,
)
from reviews.models import (
    Absence,
    Comment,
    Expunction,
    HandOver,
    LedgerTip,
    Mail,
    MailItem,
    MedicalReview,
    PrivateField,
    Recall,
    RecalledReview,
    ReportedReview,
    Reviewer,
    Signature,
    Standing,
)
from symptoms.models import (
    Cause,
    CauseAddress,
    CauseOrigin,
    Code,
    MergedCause,
    OtherName,
    PublishedCause,
    PublishedRelation,
    RelatedSymptom,
    Symptom,
    SymptomCause,
)


@dataclass(frozen=True)
class Names:
    """What a row has by name alone, such as its tags: the keys of other rows, sorted."""

    through: type[Model]
    on: str
    of: str


@dataclass(frozen=True)
class Rows:
    """Rows of another model that belong to one row and stand inside its line, in the order they were made.

    ``one``: there is one at the most, and it stands there as itself.
    """

    model: type[Model]
    on: str
    one: bool = False
    without: tuple[str, ...] = ()


@dataclass(frozen=True)
class File:
    """A file of lines, one for each row of a model, in the order they were made.

    ``number``: what the primary key is called, where it means something and is kept. ``private``: columns that are told
    with ``--with-private`` alone. ``without``: columns that are never told.
    """

    name: str
    model: type[Model]
    names: dict[str, Names] = field(default_factory=dict)
    rows: dict[str, Rows] = field(default_factory=dict)
    number: str = ""
    private: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    all_private: bool = False

    @property
    def file_name(self) -> str:
        return f"{self.name}.jsonl.gz"


# How a row is named by others: by what it is called everywhere, never by its key in one database. Notices have no name
# of their own, so theirs is the number of their line.
LINE = ()
KEYS: dict[type[Model], tuple[str, ...]] = {
    Permission: ("content_type__app_label", "codename"),
    Group: ("name",),
    User: ("username",),
    Reviewer: ("uuid",),
    Topic: ("slug",),
    CopyrightNotice: LINE,
    Tag: ("slug",),
    Image: ("sha256",),
    Cause: ("uuid",),
    Article: ("uuid",),
    Symptom: ("uuid",),
    Revision: ("uuid",),
    MedicalReview: ("uuid",),
    Expunction: ("uuid",),
    Signature: ("sequence",),
    Publication: ("id",),
    Recall: ("uuid",),
    ImportRun: ("uuid",),
}

# In the order of an import. What must come in the order of history, because the database holds rules over it, is
# brought in by ``replay``.
FRAME = (
    File("groups", Group, names={"rights": Names(Group.permissions.through, "group", "permission")}),
    File(
        "people",
        User,
        names={
            "groups": Names(User.groups.through, "user", "group"),
            "rights": Names(User.user_permissions.through, "user", "permission"),
        },
        number="number",  # the ledger's provenance names people by it
        private=("email",),
        without=("password", "last_login"),
    ),
    File("reviewers", Reviewer, rows={"absences": Rows(Absence, "reviewer")}, private=("licence_number",)),
    File("topics", Topic),
    File("notices", CopyrightNotice),
    File("tags", Tag),
    File("images", Image),
    File("causes", Cause, names={"authors": Names(Cause.authors.through, "cause", "user")}),
    File(
        "pages",
        Article,
        names={
            "topics": Names(Article.topics.through, "article", "topic"),
            "tags": Names(ArticleTag, "content_object", "tag"),
        },
        rows={
            "symptom": Rows(Symptom, "article_ptr", one=True),
            "other_names": Rows(OtherName, "symptom"),
            "causes": Rows(SymptomCause, "symptom"),
            "related": Rows(RelatedSymptom, "symptom"),
            "codes": Rows(Code, "symptom"),
            "references": Rows(Reference, "article"),
            "figures": Rows(Figure, "article"),
        },
        without=("live",),  # the newest publication, unless it withdraws
    ),
    File("redirects", Redirect),
)
REVISIONS = File("revisions", Revision, names={"authors": Names(Authorship, "revision", "user")})
REVIEWS = File(
    "reviews",
    MedicalReview,
    rows={"comments": Rows(Comment, "review"), "hand_overs": Rows(HandOver, "review")},
)
EXPUNCTIONS = File("expunctions", Expunction)
LEDGER = File("ledger", Signature)
PUBLICATIONS = File("publications", Publication, number="number")
REPLAYED = (REVISIONS, REVIEWS, EXPUNCTIONS, LEDGER, PUBLICATIONS)
BESIDE = (
    File("private", PrivateField, all_private=True),
    File("recalls", Recall, rows={"reviews": Rows(RecalledReview, "recall")}),
    File("reported", ReportedReview, without=("report",)),  # reports of readers stay behind
    File("tallies", ReaderTally),
    File("imports", ImportRun, rows={"findings": Rows(ImportFinding, "run")}),
    File("origins", Origin),
    File("cause_origins", CauseOrigin),
    File("merged_pages", MergedPage),
    File("merged_causes", MergedCause, without=("key",)),  # the key of a row that was in one database
)
FILES = (*FRAME, *REPLAYED, *BESIDE)

PROJECTED = "made anew from the publication log"
LEFT_OUT: dict[type[Model], str] = {
    TopicEntry: PROJECTED,
    PublishedImage: PROJECTED,
    SearchEntry: PROJECTED,
    SearchKey: PROJECTED,
    SearchStart: PROJECTED,
    PublishedCause: PROJECTED,
    PublishedRelation: PROJECTED,
    CauseAddress: PROJECTED,
    Standing: PROJECTED,
    LedgerTip: "holds no fact",
    ReaderReport: "the words of readers are forgotten after 90 days, and an archive would outlive that",
    Mail: "letters to people, whose addresses and words are theirs",
    MailItem: "which letters went, by keys of one database",
    Authenticator: "second factors are secrets; people enrol anew",
    EmailAddress: "made anew at the next log-in",
    EmailConfirmation: "good for a few days in one database",
    Session: "people log in anew",
    LogEntry: "Django's list of clicks; what counts is in revisions, ledger and log",
    Permission: "comes with the program",
    ContentType: "comes with the program",
    TaggedItem: "nothing is tagged through it",
}


def files(*, private: bool) -> list[File]:
    """The files that an archive has, in the order of an import."""
    return [file for file in FILES if private or not file.all_private]


def told(file: File | Rows, *, private: bool = True) -> list[Field]:
    """The columns of a model that a line tells by name."""
    hidden = {*file.without, *(() if private or isinstance(file, Rows) else file.private)}
    if isinstance(file, Rows):
        hidden.add(file.on)
    return [
        column
        for column in file.model._meta.local_concrete_fields
        if not column.primary_key and column.name not in hidden
    ]
