"""The addresses of the build in whose folder it runs, and bare ones beside them."""

import os

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from articles.models import Article

BODY = b"x" * int(os.environ.get("BARE_SIZE", "1"))


def bare_view(request: HttpRequest) -> HttpResponse:
    """So many bytes, and nothing else."""
    return HttpResponse(BODY)


def bare_query(request: HttpRequest, key: int) -> HttpResponse:
    """As many bytes, and one row read by its key."""
    Article.objects.get(pk=key)
    return HttpResponse(BODY)


urlpatterns = [
    path("bare/", bare_view),
    path("bare/<int:key>/", bare_query),
    path("", include("config.urls")),
]
handler500 = "config.public.views.server_error"
