from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MunicipalitiesConfig(AppConfig):
    name = "innoskole.municipalities"
    verbose_name = _("The register of municipalities")
