"""The municipalities' side: each application is written, guaranteed and sent in by its own people.

Every deed looks first whether it is done, so that a demo can be caught up on after people have played in it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import prefetch_related_objects
from django.utils import translation

from applications.actions import drafts, guarantees, partners, submission, team
from applications.actions import people as claims
from applications.models import Application, Intake, Part, PoliticalOutcome
from applications.models.completeness import lacks
from applications.models.content import FIELDS, PARTS, Values, content_digest, values_of, version_of
from applications.models.promises import guarantee_text
from applications.states import GuaranteeState, PartnerState, State
from applications.uploads import inspect
from innoskole.accounts.models import Affiliation, User
from innoskole.management.demo import people
from innoskole.management.demo.calendar import CLOSES, Calendar, Event, Stage
from innoskole.management.demo.plans import Fate, Plan
from innoskole.municipalities.models import Municipality
from innoskole.ui.pdf import render_pdf


@dataclass(frozen=True)
class Writing:
    """How one municipality comes by its application."""

    plan: Plan
    slug: str

    def events(self, calendar: Calendar) -> Iterator[Event]:
        """What its people do, and when; the guarantee and the sending in belong to the stage OPEN."""
        start, first, second, third, last = self.plan.days
        minute = int(self.plan.municipality.code) % 60
        yield Event(calendar.at(start, 9, minute), Stage.DRAFT, self.start)
        yield Event(calendar.at(start, 10, minute), Stage.DRAFT, self.write_problem)
        yield Event(calendar.at(first, 11, minute), Stage.DRAFT, self.nominate)
        yield Event(calendar.at(second, 12, minute), Stage.DRAFT, self.anchor)
        if self.plan.fate == Fate.NEVER_SENT:
            return
        yield Event(calendar.at(third, 12, minute), Stage.DRAFT, self.compose)
        yield Event(calendar.at(third, 13, minute), Stage.OPEN, self.ask_director)
        if self.plan.fate == Fate.AWAITS_GUARANTEE:
            yield Event(calendar.at(last, 14, minute), Stage.OPEN, self.send_in)
            yield Event(calendar.at(CLOSES - 3, 10, minute), Stage.SUBMITTED, self.guarantee)
            return
        yield Event(calendar.at(last, 14, minute), Stage.OPEN, self.guarantee)
        yield Event(calendar.at(last, 15, minute), Stage.OPEN, self.send_in)
        if self.plan.fate == Fate.REOPENED:
            yield Event(calendar.at(last + 1, 9, minute), Stage.OPEN, self.reopen)
            yield Event(calendar.at(last + 1, 10, minute), Stage.OPEN, self.send_in)
        if self.plan.fate == Fate.WITHDRAWN:
            yield Event(calendar.at(last + 1, 12, minute), Stage.OPEN, self.withdraw)

    @property
    def municipality(self) -> Municipality:
        return self.plan.municipality

    def find(self) -> Application | None:
        """The application as it is now; of several, the newest."""
        found = Application.objects.filter(intake__slug=self.slug, lead=self.municipality)
        return found.select_related("intake", "lead", "coordinator").last()

    def draft(self) -> Application | None:
        application = self.find()
        return application if application and application.state == State.DRAFT else None

    def start(self, now: datetime) -> None:
        if self.find():
            return
        plan = self.plan
        is_proven = plan.fate != Fate.APPROVED_PERSON
        coordinator = people.speaks_for(
            plan.municipality,
            plan.name,
            email=plan.email,
            language=plan.language,
            is_proven=is_proven,
            now=now,
        )
        intake = Intake.objects.get(slug=self.slug)
        started = drafts.start_application(intake, plan.municipality, by=coordinator, now=now)
        save(started.application, Part.MUNICIPALITY, {"contact_phone": plan.phone}, now)
        if is_proven:
            self.ask_partner(started.application, now)

    def ask_partner(self, application: Application, now: datetime) -> None:
        partner = self.plan.partner
        if partner and not application.municipalities.filter(municipality=partner).exists():
            email = f"postmottak@{people.domain_of(partner)}"
            partners.ask_partner(application, partner, email, by=application.coordinator, now=now)

    def write_problem(self, now: datetime) -> None:
        problem = self.plan.problem
        values = {
            "problem_title": problem.title,
            "problem_statement": problem.statement,
            "problem_reason": problem.reason,
        }
        if application := self.draft():
            save(application, Part.PROBLEM, values, now)

    def nominate(self, now: datetime) -> None:
        """The team, one or two with a document; by now an administrator has approved the coordinator."""
        application = self.draft()
        if application is None or application.members.exists():
            return
        approve(application.coordinator, self.municipality, now)
        self.ask_partner(application, now)
        for values in self.plan.members:
            team.add_member(application, dict(values), by=application.coordinator, now=now)
        if self.plan.with_document:
            member = application.members.get(email=self.plan.members[0]["email"])
            team.add_document(member, inspect(self.transcript(now)), by=application.coordinator, now=now)

    def transcript(self, now: datetime) -> SimpleUploadedFile:
        first = self.plan.members[0]
        nynorsk = self.plan.language == "nn"
        data = {
            "title": "Karakterutskrift (oppdikta)" if nynorsk else "Karakterutskrift (oppdiktet)",
            "rows": [
                ["Namn" if nynorsk else "Navn", first["name"]],
                ["Utdanning", first["education_details"]],
                ["Skule" if nynorsk else "Skole", "Prøveviken høgskole"],
            ],
        }
        pdf = render_pdf("demo_transcript", data, language=self.plan.language, at=now)
        return SimpleUploadedFile("karakterutskrift.pdf", pdf, content_type="application/pdf")

    def anchor(self, now: datetime) -> None:
        plan = self.plan
        is_decided = plan.political_outcome != PoliticalOutcome.PLANNED
        values = {
            "plan_title": plan.plan_title,
            "plan_year": plan.plan_year,
            "plan_page": plan.plan_page,
            "plan_quote": plan.problem.quote,
            "political_body": "Formannskapet",
            "political_case_number": plan.case_number if is_decided else "",
            "political_decided_on": (now - timedelta(days=6)).date() if is_decided else None,
            "political_outcome": plan.political_outcome,
        }
        if application := self.draft():
            save(application, Part.ANCHORING, values, now)

    def compose(self, now: datetime) -> None:
        """The sectors that the problem touches; a partner that was asked says yes."""
        values = {"problem_sectors": list(self.plan.problem.sectors), "mitigation": self.plan.mitigation}
        application = self.draft()
        if application is None:
            return
        save(application, Part.COMPOSITION, values, now)
        partner = self.plan.partner
        asked = application.municipalities.filter(municipality=partner, state=PartnerState.ASKED).first()
        if partner and asked:
            name, email = self.plan.director, asked.asked_email
            contact = people.speaks_for(
                partner, name, email=email, language=self.plan.language, is_proven=True, now=now
            )
            partners.answer_as_partner(asked, takes_part=True, name=contact.name, by=contact, now=now)

    def ask_director(self, now: datetime) -> None:
        application = self.draft()
        if application is None or application.current_guarantee():
            return
        ask_guarantee(application, self.plan.director, now)

    def guarantee(self, now: datetime) -> None:
        application = self.find()
        if application is not None:
            give_guarantee(application, self.plan.language, now)

    def send_in(self, now: datetime) -> None:
        application = self.draft()
        if application is None:
            return
        prefetch_related_objects([application], *PARTS)
        if not lacks(application):
            submission.submit(
                application, seen=content_digest(application), by=application.coordinator, now=now
            )

    def reopen(self, now: datetime) -> None:
        """One more thought about the problem, and the guarantee again, since the content has changed."""
        application = self.find()
        if application is None or application.state != State.SUBMITTED:
            return
        draft = submission.reopen(application, by=application.coordinator, now=now)
        more = {
            "nb": " Vi vil begynne i det små og prøve ut det vi finner på, i én grend.",
            "nn": " Vi vil byrje i det små og prøve ut det vi finn på, i éi grend.",
        }[self.plan.language]
        values = values_of(draft, FIELDS[Part.PROBLEM])
        save(
            draft,
            Part.PROBLEM,
            {**values, "problem_reason": values["problem_reason"] + more},
            now,
            again=True,
        )
        ask_guarantee(draft, self.plan.director, now)
        self.guarantee(now)

    def withdraw(self, now: datetime) -> None:
        application = self.find()
        if application is None or application.state != State.SUBMITTED:
            return
        reason = {
            "nb": "To av deltakerne har fått nye oppgaver, og vi rekker ikke å sette sammen et nytt team.",
            "nn": "To av deltakarane har fått nye oppgåver, og vi rekk ikkje å setje saman eit nytt team.",
        }[self.plan.language]
        submission.withdraw(application, by=application.coordinator, now=now, reason=reason)


def save(application: Application, part: str, values: Values, now: datetime, *, again: bool = False) -> None:
    """Save a part, unless somebody has written in it already."""
    if again or not any(values_of(application, FIELDS[part]).values()):
        version = version_of(application, part)
        drafts.save_part(application, part, values, version=version, by=application.coordinator, now=now)


def approve(user: User, municipality: Municipality, now: datetime) -> None:
    """Let an administrator find out that the person works there, where the address does not prove it."""
    waiting = Affiliation.objects.filter(
        user=user, municipality=municipality, state=Affiliation.State.PENDING
    ).first()
    if waiting:
        reason = "Bekreftet av kommunens sentralbord på telefon."
        claims.approve_affiliation(waiting, by=people.administrator(), now=now, reason=reason)


def ask_guarantee(application: Application, director: str, now: datetime) -> None:
    guarantees.ask_guarantee(
        application,
        name=director,
        title="Kommunedirektør",
        email=people.address(director, people.domain_of(application.lead)),
        version=version_of(application, Part.GUARANTEE),
        by=application.coordinator,
        now=now,
    )


def give_guarantee(application: Application, language: str, now: datetime) -> None:
    """The approver reads the application and agrees to the text, where it is asked for."""
    guarantee = application.guarantees.filter(state=GuaranteeState.ASKED).first()
    if guarantee is None or not guarantees.may_be_answered(application, now):
        return
    with translation.override(language):
        text = guarantee_text(application)
    guarantees.answer_guarantee(
        guarantee,
        given=True,
        name=guarantee.approver_name,
        text=text,
        comment="",
        seen=content_digest(application),
        now=now,
    )
