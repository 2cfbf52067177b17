"""Certificates as they stand behind the doors: the student's own, with documents, and a revoked one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assessment.models import CertificateFile
from cohorts.models import Participant
from innoskole.accounts.models import Language
from tests.assessment.certificates.factories import CertificateFactory
from tests.factories import NOW

if TYPE_CHECKING:
    from tests.world import World


def build(world: World) -> None:
    """Objects: `certificate` (number), `certificate-token`, `other-certificate`, `leaver-certificate`."""
    people = Participant.objects.filter(team__cohort__slug="running")
    mine = CertificateFactory(participant=people.get(pk=world.objects["me"]), number="KB-2027-9001")
    for language in Language.values:
        CertificateFile.objects.create(
            certificate=mine,
            language=language,
            file=world.file("certificate.pdf") if hasattr(world, "file") else "certificates/none.pdf",
            digest="0" * 64,
            written_at=NOW,
        )
    other = CertificateFactory(
        participant=people.exclude(pk=mine.participant_id).earliest("pk"), number="KB-2027-9002"
    )
    revoked = CertificateFactory(
        participant=people.get(pk=world.objects["leaver"]), number="KB-2027-9003", revoked=True
    )
    world.objects |= {
        "certificate": mine.number,
        "certificate-token": mine.token,
        "other-certificate": other.number,
        "revoked-certificate": revoked.number,
        "revoked-token": revoked.token,
    }
