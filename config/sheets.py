"""The layouts in which lists leave the admin, put together: the order of their columns, whoever fills them."""

from articles import sheets as articles
from reviews import sheets as reviews
from symptoms import sheets as symptoms

TOLD = (
    *("id", "type", "title", "address", "state", "last reviewed", "next review due", "reviewer"),
    *("written by", "last saved", "saved by"),
)
FACTS = ("other names", "codes", "causes", "related")
FRAME = ("topics", "tags", "copyright notice", "risk", "review every (months)")
# What an import reads: the same for every kind of page, empty where a kind has no such part.
AGAIN = (
    *(
        "type",
        "id",
        "revision",
        "title",
        "address",
        "phrase",
        "plural",
        "headline",
        "summary",
        "advice level",
        "advice",
    ),
    *("overview", "spotlight title", "spotlight", "causes introduction", "questions at a diagnosis", "treatment"),
    "complications",
    *("other names", "codes", "causes", "related", "topics", "tags", "references", "risk", "review months"),
)


class PageSheet(reviews.Reviewed, articles.PageSheet):
    columns = (*TOLD, *FRAME)


class SymptomSheet(reviews.Reviewed, symptoms.SymptomSheet):
    columns = (*TOLD, *FACTS, *FRAME)


class PageAgain(articles.AgainSheet):
    columns = AGAIN
