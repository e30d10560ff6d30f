"""The project's addresses, a bare view of the same size and a bare form, to measure against."""

import os

from django.http import HttpResponse
from django.urls import include, path

from benchmarks import stock

BODY = b"x" * int(os.environ.get("BARE_SIZE", "1"))


def bare(request):
    return HttpResponse(BODY)


urlpatterns = [path("bare/", bare), path("stock/", stock.site.urls), path("", include("config.urls"))]
handler500 = "config.views.server_error"
