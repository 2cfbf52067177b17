from __future__ import annotations

from datetime import timedelta

import factory
from django.core.files.base import ContentFile

from cohorts import models as c
from cohorts.states.speakers import SpeakerState
from tests.cohorts.factories import SessionFactory
from tests.factories import NOW, UserFactory

PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"


class SpeakerFactory(factory.django.DjangoModelFactory):
    """Asked yesterday to speak on the first day of a session in a week; `confirmed=True` for a yes."""

    class Meta:
        model = c.Speaker

    class Params:
        confirmed = factory.Trait(state=SpeakerState.CONFIRMED, answered_at=NOW)
        sent = factory.Trait(state=SpeakerState.MATERIAL, answered_at=NOW, material_at=NOW)

    session = factory.SubFactory(SessionFactory)
    day = factory.LazyAttribute(lambda o: o.session.days.first())
    title = factory.Sequence(lambda n: f"Innovation in practice {n}")
    name = "Tale Taler"
    organisation = "Example Ltd"
    email = factory.Sequence(lambda n: f"taler{n}@example.no")
    language = "en"
    answer_by_on = NOW.date() + timedelta(days=3)
    material_by_on = NOW.date() + timedelta(days=5)
    invited_by = factory.SubFactory(UserFactory, is_instructor=True)
    invited_at = NOW - timedelta(days=1)


class SpeakerFileFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = c.SpeakerFile

    speaker = factory.SubFactory(SpeakerFactory, sent=True)
    file = factory.LazyFunction(lambda: ContentFile(PDF, "slides.pdf"))
    original_name = "slides.pdf"
    content_type = "application/pdf"
    size = len(PDF)
    digest = factory.Sequence(lambda n: f"{n:064x}")
    uploaded_at = NOW
