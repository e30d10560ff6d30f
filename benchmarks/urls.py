"""The project's addresses and a bare view of the same size, to measure against."""

import os

from django.http import HttpResponse
from django.urls import include, path

BODY = b"x" * int(os.environ.get("BARE_SIZE", "1"))


def bare_view(request):
    return HttpResponse(BODY)


urlpatterns = [path("bare/", bare_view), path("", include("config.urls"))]
handler500 = "config.public.views.server_error"
