"""The project's addresses and two bare admins beside them."""

from django.urls import include, path

from benchmarks import stock

urlpatterns = [
    path("plain/", stock.plain_site.urls),
    path("stock/", stock.site.urls),
    path("", include("config.urls")),
]
handler500 = "config.public.views.server_error"
