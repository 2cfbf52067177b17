"""A certificate as a page shows it: its words in the reader's language, its code, and whether it holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from assessment.certificates import code_svg
from assessment.models import Certificate, CertificateFile
from assessment.models.certificate_claims import Claim
from innoskole.accounts.models import Language


@dataclass(frozen=True)
class Shown:
    """words: what it says, empty when that is deleted. code: SVG."""

    certificate: Certificate
    words: Mapping[str, Any]
    files: list[CertificateFile]
    holds: bool
    url: str
    code: SafeString

    @property
    def state(self) -> tuple[str, str]:
        """In words, and the colour of its tag."""
        if self.certificate.is_revoked:
            return _("Revoked"), "danger"
        if not self.holds:
            return _("Does not hold any more"), "warning"
        return _("Valid"), "success"


def reader_language() -> str:
    language = get_language() or ""
    return language if language in Language.values else settings.LANGUAGE_CODE


def shown(certificate: Certificate, claim: Claim) -> Shown:
    """claim: of the person, reckoned with all their certificates. One query, for the documents."""
    language = reader_language()
    url = certificate.verification_url(language)
    return Shown(
        certificate=certificate,
        words=certificate.content.get(language, {}),
        files=sorted(certificate.files.all(), key=lambda file: Language.values.index(file.language)),
        holds=not certificate.is_revoked and certificate != claim.overtaken,
        url=url,
        code=SafeString(code_svg(url, title=_("Code that leads to %(url)s") % {"url": url})),
    )
