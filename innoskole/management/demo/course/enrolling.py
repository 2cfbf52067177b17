"""From the last offers to teams that take part; who leaves and who comes later; and the semester fees."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from applications.actions import (
    admission,
    appeals,
    decisions,
    fees,
    offers,
    participation,
    releases,
    semester_fees,
)
from applications.models import Appeal, Application, EducationLevel, Offer, SemesterFee, TeamMember
from applications.models.content import MEMBER_FIELDS, values_of
from applications.models.fees import SEMESTERS
from applications.models.offer import team_digest
from applications.models.semester_fees import students
from applications.states import Basis, OfferState, Participation
from cohorts.actions import course
from cohorts.actions import people as team_deeds
from cohorts.models import Participant
from innoskole.management.demo import people
from innoskole.management.demo.answering import say_yes
from innoskole.management.demo.bjugn import INVENTED_ORGANISATION
from innoskole.management.demo.calendar import BEGINS, SETTLED, Event, Stage
from innoskole.management.demo.course.year import Year
from innoskole.management.demo.reviewing import decide
from innoskole.management.demo_people import CONTACT, COURSE_PARTICIPANT, STUDENT, DemoPerson

LATE_JOINER = "Eldbjørg Øvingsmo"
FIRST_SEMESTER, SECOND_SEMESTER = SEMESTERS


@dataclass(frozen=True)
class Enrolling:
    year: Year

    def events(self) -> Iterator[Event]:
        year, at = self.year, self.year.calendar.at
        steps = (
            (at(SETTLED, 9), self.accept_rest),
            (at(SETTLED, 11), self.withdraw_appeals),
            (at(SETTLED, 12), self.bring_in_the_played),
            (at(SETTLED + 1, 9), self.admit_newcomers),
            (at(SETTLED + 1, 10), releases.release_due),
            (at(SETTLED + 1, 11), participation.invite_due),
            (at(SETTLED + 2, 9), self.confirm_rest),
            (at(SETTLED + 4, 9), self.state_invoices),
            (at(BEGINS, 9), self.begin),
            (year.after(1, 20), self.record_first_fees),
            (year.after(2, 6), self.somebody_leaves),
            (year.after(2, 12), self.somebody_joins),
            (year.after(2, 13), self.admit_newcomers),
            (year.after(2, 13, 10), releases.release_due),
            (year.after(2, 13, 11), participation.invite_due),
            (year.after(2, 14), self.confirm_rest),
            (year.after(2, 14, 10), course.begin_due),
            (year.after(4, 16), self.record_second_fees),
        )
        for moment, deed in steps:
            yield Event(moment, Stage.RUNNING, deed)

    # --- Until the course begins --------------------------------------------------------------------------

    def accept_rest(self, now: datetime) -> None:
        """Every offer that is open is accepted, those of the played municipalities too."""
        rows = Offer.objects.filter(application__intake__slug=self.year.slug, state=OfferState.SENT)
        for offer in rows.with_application().order_by("application__lead__code"):
            seen = team_digest(offer.application)
            offers.accept(offer, team_seen=seen, by=offer.application.coordinator, now=now)

    def withdraw_appeals(self, now: datetime) -> None:
        """Before the course begins nothing is left that could change who takes part."""
        rows = Appeal.objects.filter(decision__application__intake__slug=self.year.slug)
        for appeal in rows.select_related("decision__application__coordinator"):
            appeals.withdraw(appeal, by=appeal.decision.application.coordinator, now=now)

    def bring_in_the_played(self, now: datetime) -> None:
        """A student and a course participant whom newcomers play take over from two of a team, and a contact
        person of theirs registers for its municipality."""
        application = self.application_of_the_played()
        student, participant = list(application.members.order_by("pk"))[:2]
        self.take_over(student, STUDENT, {"education": EducationLevel.THREE_YEARS}, now)
        without_degree = {
            "education": EducationLevel.LESS,
            "education_details": "Fagbrev i barne- og ungdomsarbeiderfaget",
        }
        self.take_over(participant, COURSE_PARTICIPANT, without_degree, now)
        people.speaks_for(
            application.lead,
            CONTACT.name,
            email=CONTACT.email,
            language=application.coordinator.language,
            is_proven=True,
            now=now,
        )

    def application_of_the_played(self) -> Application:
        """The first one with a place and four people, by number; with three if there is none."""
        rows = Application.objects.filter(intake__slug=self.year.slug, offer__state=OfferState.ACCEPTED)
        found = list(rows.select_related("intake", "lead", "coordinator").order_by("lead__code"))
        return max(found, key=lambda application: application.members.count())

    def take_over(
        self, leaving: TeamMember, person: DemoPerson, values: Mapping[str, Any], now: datetime
    ) -> None:
        people.with_password(person, str(leaving.application.coordinator.language))
        participation.replace_by_new(
            leaving,
            {**values_of(leaving, MEMBER_FIELDS), "name": person.name, "email": person.email, **values},
            reason="Har fått nye oppgaver.",
            by=leaving.application.coordinator,
            now=now,
        )

    def admit_newcomers(self, now: datetime) -> None:
        """Who has come into a team is assessed, and gets a decision that a second person approves."""
        ada, birger = people.administrator(), people.second_administrator()
        newcomers = TeamMember.objects.filter(
            application__intake__slug=self.year.slug,
            application__offer__state=OfferState.ACCEPTED,
            participation=Participation.NOMINATED,
            basis=Basis.UNASSESSED,
        )
        for member in newcomers.select_related("application__intake").order_by("pk"):
            decide(member, by=ada, now=now)
            for assessment in member.assessments.pending():
                admission.approve(assessment, by=birger, now=now)
            decisions.approve(admission.prepare_letter(member, by=ada, now=now), by=birger, now=now)

    def confirm_rest(self, now: datetime) -> None:
        invited = TeamMember.objects.filter(
            application__intake__slug=self.year.slug, participation=Participation.INVITED
        )
        for member in invited.select_related("application__intake", "application__lead").order_by("pk"):
            say_yes(member, now)

    def state_invoices(self, now: datetime) -> None:
        """All but the last two have said whom to invoice, and the accounts have taken it over."""
        rows = Application.objects.filter(intake__slug=self.year.slug, offer__state=OfferState.ACCEPTED)
        found = list(rows.select_related("intake", "lead", "coordinator").order_by("reference"))
        for application in found[:-2]:
            fees.state_invoice(
                application,
                organisation_number=INVENTED_ORGANISATION,
                buyer_reference="Kommunedirektørens stab",
                by=application.coordinator,
                now=now,
            )
        stated = [application.reference for application in found[:-2]]
        fees.mark_exported(self.year.intake, stated, seen_at=now, by=people.administrator(), now=now)

    def begin(self, now: datetime) -> None:
        course.begin_cohort(self.year.cohort, by=people.administrator(), now=now)

    # --- While it runs ------------------------------------------------------------------------------------

    def somebody_leaves(self, now: datetime) -> None:
        """The last of a team, so that it has room for one who comes later."""
        crew = self.year.others[2]
        team, leaving = crew.team, crew.people[-1]
        team_deeds.leave(
            team,
            leaving.member,
            reason="Har fått ny stilling i en annen kommune.",
            by=people.administrator(),
            now=now,
        )

    def somebody_joins(self, now: datetime) -> None:
        team = self.year.others[2].team
        left = TeamMember.everyone.get(participant__team=team, participant__left_on__isnull=False)
        values = {
            **values_of(left, MEMBER_FIELDS),
            "name": LATE_JOINER,
            "email": people.address(LATE_JOINER, people.domain_of(team.application.lead)),
            "education": EducationLevel.THREE_YEARS,
        }
        team_deeds.join_new(team, values, by=people.administrator(), now=now)

    def record_first_fees(self, now: datetime) -> None:
        """Two have not paid yet; they do before the second semester."""
        others = self.year.others
        owing = [crew.students[-1] for crew in (others[1], others[3])]
        self.record_fees(FIRST_SEMESTER, owing, now)

    def record_second_fees(self, now: datetime) -> None:
        """Of the second semester one never pays."""
        self.record_fees(FIRST_SEMESTER, [], now)
        self.record_fees(SECOND_SEMESTER, [self.year.others[3].students[-1]], now)

    def record_fees(self, semester: int, owing: Sequence[Participant], now: datetime) -> None:
        """All students who have not paid yet do, on different days of the last two weeks, but for some."""
        paid = SemesterFee.objects.filter(semester=semester, paid_on__isnull=False).values("member")
        found = students(self.year.intake).filter(participation=Participation.ACTIVE).exclude(pk__in=paid)
        keys = {person.member_id for person in owing}
        for number, member in enumerate(found.order_by("pk")):
            if member.pk not in keys:
                paid_on = (now - timedelta(days=1 + number % 14)).date()
                by = people.second_administrator()
                semester_fees.record_payment(member, semester, paid_on=paid_on, by=by, now=now)
