"""House rules as Django system checks: laws 8 and 9 of the house, run by every `manage.py check`."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from django.apps import AppConfig, apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.db.models import DateField, DateTimeField, Model

OUR_PACKAGES = ("innoskole", "applications", "cohorts", "assessment")
# A DateTimeField is a DateField in Django, so the narrower is asked first.
ENDINGS: dict[type, str] = {DateTimeField: "_at", DateField: "_on"}
# Django's own fields keep Django's names.
NAMED_BY_DJANGO = {"last_login"}


def our_models() -> Iterator[type[Model]]:
    """Every model of our own apps, in the order of INSTALLED_APPS."""
    for config in apps.get_app_configs():
        if config.name.partition(".")[0] in OUR_PACKAGES:
            yield from config.get_models()


@register()
def privacy(app_configs: Iterable[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Law 8: docs/privacy/<app>.yaml states every field's purpose and every model's retention."""
    try:
        statements = privacy_statements(settings.BASE_DIR / "docs" / "privacy")
    except (OSError, yaml.YAMLError) as problem:
        return [Error(f"docs/privacy cannot be read: {problem}", id="innoskole.E001")]
    return list(privacy_problems(our_models(), statements))


def privacy_statements(folder: Path) -> dict[str, Any]:
    """All of docs/privacy/*.yaml as one mapping from «app_label.Model» to what is said about it."""
    statements: dict[str, Any] = {}
    for path in sorted(folder.glob("*.yaml")):
        statements |= yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader) or {}
    return statements


_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def privacy_problems(models: Iterable[type[Model]], statements: Mapping[str, Any]) -> Iterator[Error]:
    """What is missing from the statements, and what they say about models and fields that are gone."""
    known = {model._meta.label: model for model in models}
    for label in statements.keys() - known.keys():
        yield Error(f"docs/privacy speaks of {label}, which does not exist.", id="innoskole.E002")
    for label, model in known.items():
        statement = statements.get(label) or {}
        for duty in ("purpose", "retention"):
            if not statement.get(duty):
                yield Error(f"docs/privacy states no {duty} for {label}.", obj=model, id="innoskole.E003")
        purposes: Mapping[str, str] = statement.get("fields") or {}
        fields = {field.name for field in (*model._meta.local_fields, *model._meta.local_many_to_many)}
        for name in sorted(fields):
            if not purposes.get(name):
                yield Error(
                    f"docs/privacy states no purpose for {label}.{name}.", obj=model, id="innoskole.E004"
                )
        for name in sorted(purposes.keys() - fields):
            yield Error(
                f"docs/privacy speaks of {label}.{name}, which does not exist.",
                obj=model,
                id="innoskole.E005",
            )


@register(deploy=True)
def production_services(app_configs: Iterable[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """What is right for a demo loses data, limits or letters in production."""
    unfit = {
        "DATABASE_URL names no PostgreSQL": "sqlite" in settings.DATABASES["default"]["ENGINE"],
        "REDIS_URL is empty: each process would count log-in attempts for itself": not settings.REDIS_URL,
        "EMAIL_URL sends no letters": not settings.EMAIL_BACKEND.endswith("smtp.EmailBackend"),
    }
    return [Warning(f"{what}.", id="innoskole.W001") for what, is_so in unfit.items() if is_so]


@register()
def names_of_time(app_configs: Iterable[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Law 9: a moment's field ends in `_at`, a day's in `_on`, and nothing else does."""
    return list(name_problems(our_models()))


def name_problems(models: Iterable[type[Model]]) -> Iterator[Error]:
    for model in models:
        for field in model._meta.local_fields:
            wanted = next((end for kind, end in ENDINGS.items() if isinstance(field, kind)), "")
            ending = next((ending for ending in ENDINGS.values() if field.name.endswith(ending)), "")
            if wanted != ending and field.name not in NAMED_BY_DJANGO:
                yield Error(
                    f"{model._meta.label}.{field.name} is a {type(field).__name__}: "
                    "a moment's field ends in _at, a day's in _on, and no other does.",
                    obj=field,
                    id="innoskole.E006",
                )
