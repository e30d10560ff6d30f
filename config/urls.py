"""The URL map."""

from allauth.account import views as accounts
from allauth.mfa.base import views as second_factor
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from django.contrib import admin
from django.urls import include, path, re_path

from config.auth import session_views
from config.monitoring import metrics, probes
from config.monitoring import views as monitoring
from config.public import sitemap, views, well_known
from reviews.public import feed

# Of allauth's pages those that we dressed; nobody here manages addresses or signs in by code.
ACCOUNT_URLS = [
    path("start/", views.start, name="start"),
    path("login/", accounts.login, name="account_login"),
    path("logout/", accounts.logout, name="account_logout"),
    path("inactive/", accounts.account_inactive, name="account_inactive"),
    path("signup/", accounts.signup, name="account_signup"),
    path("reauthenticate/", accounts.reauthenticate, name="account_reauthenticate"),
    path("password/change/", accounts.password_change, name="account_change_password"),
    path("password/set/", accounts.password_set, name="account_set_password"),
    path("password/reset/", accounts.password_reset, name="account_reset_password"),
    path("password/reset/done/", accounts.password_reset_done, name="account_reset_password_done"),
    path(
        "password/reset/key/done/",
        accounts.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        accounts.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("sessions/", session_views.sessions, name="account_sessions"),
    path("second-factor/", second_factor.index, name="mfa_index"),
    path("second-factor/code/", second_factor.authenticate, name="mfa_authenticate"),
    path("second-factor/confirm/", second_factor.reauthenticate, name="mfa_reauthenticate"),
    path("second-factor/add/", totp.activate_totp, name="mfa_activate_totp"),
    path("second-factor/remove/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("second-factor/recovery/", recovery.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "second-factor/recovery/new/",
        recovery.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path(
        "second-factor/recovery/file/",
        recovery.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
]
urlpatterns = [
    path("", views.home, name="home"),
    path("", include("articles.urls")),
    path("about/", include("articles.public.about_urls")),
    path("emergencies/", include("articles.public.emergency_urls")),
    path("feedback/", include("articles.feedback.urls")),
    path("symptoms/", include("symptoms.public.urls")),
    path("causes/", include("symptoms.public.cause_urls")),
    path("finder/", include("symptoms.finder.urls")),
    path("reviewers/", include("reviews.public.reviewer_urls")),
    path("desk/images/", include("articles.public.staff_urls")),
    path("desk/status/", monitoring.status_page, name="status"),
    path("desk/", include("reviews.urls")),
    path("accounts/", include(ACCOUNT_URLS)),
    path("admin/", admin.site.urls),
    path("feeds/reviewed.atom", feed.reviewed, name="reviewed"),
    path("sitemap.xml", sitemap.sitemap, name="sitemap"),
    path("sitemap/<slug:name>-<int:number>.xml", sitemap.sitemap_file, name="sitemap_file"),
    path("robots.txt", well_known.robots_txt, name="robots"),
    path(".well-known/security.txt", well_known.security_txt, name="security"),
    path("healthz", views.healthz, name="healthz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("status.json", monitoring.status_json, name="status_json"),
    path("healthz/live", probes.live, name="live"),
    path("healthz/ready", probes.ready, name="ready"),
]
handler400 = "config.public.views.bad_request"
handler404 = "config.public.views.not_found"
handler500 = "config.public.views.server_error"
