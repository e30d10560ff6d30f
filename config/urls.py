"""The URL map."""

from django.contrib import admin
from django.urls import include, path

from config import views

urlpatterns = [
    path("", views.home, name="home"),
    path("", include("articles.urls")),
    path("symptoms/", include("symptoms.urls")),
    path("desk/", include("reviews.urls")),
    path("accounts/start/", views.start, name="start"),
    path("accounts/", include("allauth.account.urls")),
    path("admin/", admin.site.urls),
    path("healthz", views.healthz, name="healthz"),
]
handler404 = "config.views.not_found"
handler500 = "config.views.server_error"
