"""The groups of people that come with the migrations."""

from django.contrib.auth.models import Group, Permission

from config import groups


def create_groups() -> None:
    """The groups that come with the migrations, after a test has emptied the database."""
    for name, rights in groups.GROUP_PERMISSIONS.items():
        group, _ = Group.objects.get_or_create(name=name)
        for app, codename in rights:
            permission = Permission.objects.get(content_type__app_label=app, codename=codename)
            group.permissions.add(permission)
