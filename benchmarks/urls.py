"""The project's addresses and a bare view of the same size, to measure against."""

import os

from django.http import HttpResponse
from django.urls import include, path

BODY = b"x" * int(os.environ.get("BARE_SIZE", "1"))


def bare(request):
    return HttpResponse(BODY)


urlpatterns = [path("bare/", bare), path("", include("config.urls"))]
handler500 = "config.views.server_error"
