"""The layouts in which lists leave the admin, put together.

The order of their columns, whoever fills them.
"""

from articles.exports import resources as articles
from reviews.admin import export_resources as reviews
from symptoms.admin import export_resources as symptoms

COMMON_COLUMNS = (
    "id",
    "type",
    "title",
    "address",
    "state",
    "last reviewed",
    "next review due",
    "reviewer",
    "written by",
    "last saved",
    "saved by",
)
SYMPTOM_COLUMNS = ("other names", "codes", "causes", "related")
METADATA_COLUMNS = ("topics", "tags", "copyright notice", "risk", "review every (months)")
# What an import reads: the same for every kind of page, empty where a kind has no such part.
REIMPORT_COLUMNS = (
    "type",
    "id",
    "revision",
    "title",
    "address",
    "phrase",
    "determiner",
    "plural",
    "headline",
    "summary",
    "advice level",
    "advice",
    "advice heading",
    "emergency card heading",
    "emergency card",
    "urgent card heading",
    "urgent card",
    "non-urgent card heading",
    "non-urgent card",
    "same for everyone",
    "crisis line",
    "overview",
    "spotlight title",
    "spotlight",
    "causes introduction",
    "questions at a diagnosis",
    "treatment",
    "complications",
    "other names",
    "codes",
    "causes",
    "related",
    "topics",
    "tags",
    "references",
    "risk",
    "review months",
)


class PageResource(reviews.ReviewColumnsMixin, articles.BasePageResource):
    columns = (*COMMON_COLUMNS, *METADATA_COLUMNS)


class SymptomResource(reviews.ReviewColumnsMixin, symptoms.BaseSymptomResource):
    columns = (*COMMON_COLUMNS, *SYMPTOM_COLUMNS, *METADATA_COLUMNS)


class PageReimportResource(articles.BaseReimportResource):
    columns = REIMPORT_COLUMNS
