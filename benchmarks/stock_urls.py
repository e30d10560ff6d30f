"""The project's addresses and a bare admin beside them."""

from django.urls import include, path

from benchmarks import stock

urlpatterns = [path("stock/", stock.site.urls), path("", include("config.urls"))]
handler500 = "config.public.views.server_error"
