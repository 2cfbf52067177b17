"""Certificates as they stand behind the doors: the student's own with its documents, and a revoked one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.files.base import ContentFile

from assessment.models import CertificateFile
from cohorts.models import Participant
from innoskole.accounts.models import Language
from tests.assessment.certificates.factories import CertificateFactory
from tests.factories import NOW

if TYPE_CHECKING:
    from tests.world import World


def build(world: World) -> None:
    """Objects: `certificate`, `revoked-certificate` (numbers), each with its `…-token`."""
    people = Participant.objects.in_bulk([world.objects["me"], world.objects["leaver"]])
    mine = CertificateFactory(participant=people[world.objects["me"]])
    revoked = CertificateFactory(participant=people[world.objects["leaver"]], revoked=True)
    for language in Language.values:
        CertificateFile.objects.create(
            certificate=mine,
            language=language,
            file=ContentFile(b"%PDF-1.7", name="certificate"),
            digest="0" * 64,
            written_at=NOW,
        )
    world.objects |= {
        "certificate": mine.number,
        "certificate-token": mine.token,
        "revoked-certificate": revoked.number,
        "revoked-certificate-token": revoked.token,
    }
