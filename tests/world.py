"""One of everything, in every state that decides who may see it: what stands behind the doors.

Bodø has an application in each of its stages, of which `owner` is the contact person. Draws stand at each of
their steps; those go through the product's actions, because their files must be whole.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.files.base import ContentFile
from django.test import Client

from applications import models as a
from applications import tokens
from applications.actions import selection
from applications.actions.source_values import type_in_value
from applications.models.content import receipt_content
from applications.states import (
    Basis,
    GuaranteeState,
    IntakeState,
    InterestState,
    OfferState,
    Participation,
    PartnerState,
    State,
)
from innoskole.accounts.models import DomainException, User
from innoskole.calendars import actions as calendars
from innoskole.notifications.models import Message
from innoskole.reminders.models import Pause, Reminder
from tests.applications.calls.factories import InterestFactory, InternalCallFactory
from tests.cohorts import world as cohort
from tests.factories import (
    NOW,
    OSLO,
    AffiliationFactory,
    ApplicationFactory,
    DecisionFactory,
    GuaranteeFactory,
    IntakeFactory,
    LetterFactory,
    MunicipalityFactory,
    PartnerFactory,
    ReleaseFactory,
    TeamMemberFactory,
    UserFactory,
    municipality,
    person_for,
)

OPENED = datetime(2026, 9, 1, 9, 0, tzinfo=OSLO)
CLOSED = datetime(2026, 12, 1, 15, 0, tzinfo=OSLO)
LAST_OBJECTIONS = datetime(2026, 12, 14, 15, 0, tzinfo=OSLO)
FROZEN = datetime(2026, 12, 15, 10, 0, tzinfo=OSLO)
DRAW = datetime(2026, 12, 23, 20, 0, tzinfo=OSLO)  # a Wednesday
DRAWN = datetime(2026, 12, 24, 10, 0, tzinfo=OSLO)
SOURCE_VALUES = ("0f" * 32, "9,18,27,33,35,39+4")


class World:
    """Everything at NOW.

    people: role → person. cookies: role → those of a browser in which the person is logged in.
    objects: name → what stands for it in an address; intakes go by their own slugs.
    """

    def __init__(self) -> None:
        known = {"password": make_password("a long phrase to log in with")}
        self.people: dict[str, User] = {
            "outsider": person_for("4646", "Unni Utenfor", "unni@fjaler.kommune.no", **known),
            "unproven": UserFactory(name="Ulla Uprøvd", email="ulla@example.no", **known),
            "owner": person_for("1804", "Kari Koordinator", "kari@bodo.kommune.no", **known),
            "colleague": person_for("1804", "Kåre Kollega", "kare@bodo.kommune.no", **known),
            "partner": person_for("5057", "Pia Partner", "pia@orland.kommune.no", **known),
            "instructor": UserFactory(name="Ivar Instruktør", is_instructor=True, **known),
            "administrator": UserFactory(name="Anna Administrator", is_course_administrator=True, **known),
            "student": UserFactory(name="Stine Student", **known),
            "teacher": UserFactory(name="Tor Lærer", is_instructor=True, **known),
        }
        self.second: User = UserFactory(name="Arne Administrator", is_course_administrator=True)
        self.cookies = {role: logged_in(user) for role, user in self.people.items()}
        self.objects: dict[str, str | int] = {}
        self._people_and_places()
        self._before_the_deadline()
        self._after_the_deadline()
        self._calls()
        self._team()
        self._draws()
        self._fees()
        self._appeals()
        self._decisions()
        self._offers()
        self._reminders()
        self._mail()
        cohort.build(self)

    def _mail(self) -> None:
        """A letter that was posted on the way, and a reminder that can be stopped."""
        letter = Message.objects.earliest("pk")
        reminder = Message.objects.create(
            key="reminder",
            kind="reminder",
            to_email="kari@bodo.kommune.no",
            language="nb",
            subject="Answer the offer",
            queued_at=NOW,
            next_attempt_at=NOW,
        )
        Reminder.objects.create(
            key="guarantee",
            kind="guarantee",
            object_id=1,
            due_at=NOW,
            due_on=NOW.date(),
            step=-2,
            to_email=reminder.to_email,
            language="nb",
            title="Garantien",
            claim=UUID(int=2),
            message=reminder,
            happened_at=NOW,
        )
        self.objects |= {
            "letter": letter.pk,
            "letter-uuid": str(letter.uuid),
            "reminder-uuid": str(reminder.uuid),
        }

    def _people_and_places(self) -> None:
        unproven = self.people["unproven"]
        claim = AffiliationFactory(user=unproven, municipality=municipality("1804"), pending=True)
        AffiliationFactory(user=unproven, municipality=municipality("5610"), pending=True)
        AffiliationFactory(user=unproven, municipality=municipality("5607"), rejected=True)
        exception = DomainException.objects.create(
            domain="bodo.example.no", municipality=municipality("1804")
        )
        MunicipalityFactory(code="9001", valid_from_on=date(2020, 1, 1))
        self.objects |= {
            "claim": claim.pk,
            "exception": exception.pk,
            "somebody": self.people["owner"].pk,
        }

    def _before_the_deadline(self) -> None:
        """Bodø's draft and what it has sent in elsewhere; an outsider's draft, and those of the unproven."""
        IntakeFactory(slug="planned", state=IntakeState.PLANNED)
        intake = IntakeFactory(slug="open")
        draft = self._of_bodo("draft", intake, State.DRAFT, PartnerState.ASKED)
        self._of_bodo("sent", IntakeFactory(slug="also-open"), State.SUBMITTED, PartnerState.CONFIRMED)
        self._application("foreign", intake, "4646", coordinator=self.people["outsider"])
        self._application("hopeful", intake, "5610", coordinator=self.people["unproven"])
        self._application("rejected", intake, "5607", coordinator=self.people["unproven"])
        old = GuaranteeFactory(application=draft, state=GuaranteeState.REPLACED, asked_by=draft.coordinator)
        self.objects |= {
            "guarantee-link": _token(tokens.guarantee_url(draft.current_guarantee())),
            "old-guarantee-link": _token(tokens.guarantee_url(old)),
        }

    def _after_the_deadline(self) -> None:
        """A case with a decision that waits for approval, and one that the school has asked about."""
        case = self._of_bodo("case", _past("closed"), State.IN_REVIEW, PartnerState.CONFIRMED)
        a.Assessment.objects.create(
            member=case.members.first(),
            version=1,
            proposal=Basis.INDIVIDUAL_ASSESSMENT,
            outcome=Basis.INDIVIDUALLY_QUALIFIED,
            reason="Six years in home care.",
            decided_by=self.second,
            decided_at=NOW,
            needs_approval=True,
        )
        intake = _past("also-closed")
        asked = self._of_bodo("asked", intake, State.INFORMATION_REQUESTED, PartnerState.DECLINED)
        a.InformationRequest.objects.create(
            application=asked,
            question="On which page of the plan is it?",
            parts=[a.Part.ANCHORING],
            due_at=NOW + timedelta(days=7),
            asked_by=self.second,
            asked_at=NOW,
        )

    def _fees(self) -> None:
        """Bodø has accepted its place, with a student in its team, and the course has a fee."""
        intake = _past("fees", published_at=DRAWN)
        a.Intake.objects.filter(pk=intake.pk).update(state=IntakeState.PUBLISHED)
        accepted = self._of_bodo("accepted", intake, State.ADMITTED, PartnerState.CONFIRMED)
        accepted.members.filter(pk=self.objects["accepted-member"]).update(basis=Basis.QUALIFIED)
        a.Offer.objects.create(
            application=accepted, state=OfferState.ACCEPTED, made_at=DRAWN, answered_at=DRAWN
        )
        a.FeeRate.objects.create(
            amount=30_000, valid_from_on=OPENED.date(), source="3/26", set_by=self.second, set_at=OPENED
        )

    def _appeals(self) -> None:
        """Bodø and two of its people have been told; one decision of each sort is appealed. One came late."""
        late = self._published("late")
        told = self._waiting("told", late)
        appealed = self._waiting("appealed", self._published("appeals"))
        person, other, _third = told.application.members.all()
        decisions = {
            each.pk: DecisionFactory(of=each, kind=a.DecisionKind.STUDENT, issued=True)
            for each in (person, other)
        }
        for decision in decisions.values():
            LetterFactory(decision=decision)
        for decision in (appealed, decisions[other.pk]):
            self.objects["appeal"] = a.Appeal.objects.create(
                decision=decision,
                text="We think otherwise.",
                received_at=NOW,
                appellant_name="Kari Koordinator",
                appellant_email="kari@bodo.kommune.no",
                due_on=NOW.date(),
            ).pk
        a.Place.objects.create(intake=late, number=1)
        filling = a.LateFilling.objects.create(
            intake=late,
            rule_text="In the order of receipt.",
            opened_by=self.second,
            opened_at=NOW,
            closes_at=NOW + timedelta(days=7),
        )
        self._application(
            "came-late",
            late,
            "4646",
            coordinator=self.people["outsider"],
            state=State.READY,
            late_filling=filling,
            submitted_at=NOW,
        )
        self.objects |= {
            "waiting-decision": told.pk,
            "appealed-decision": appealed.pk,
            "told-person": decisions[person.pk].pk,
            "told-person-link": _token(tokens.appeal_url(decisions[person.pk])),
            "appealed-person-link": _token(tokens.appeal_url(decisions[other.pk])),
        }

    def _waiting(self, name: str, intake: a.Intake) -> a.Decision:
        """The decision that put an application of Bodø on the waiting list."""
        application = self._application(
            name,
            intake,
            "1804",
            coordinator=self.people["owner"],
            state=State.WAITLISTED,
            complete=True,
        )
        decision: a.Decision = DecisionFactory(
            application=application, kind=a.DecisionKind.WAITING_LIST, issued=True
        )
        LetterFactory(decision=decision)
        return decision

    def _published(self, slug: str) -> a.Intake:
        intake = _past(slug, published_at=DRAWN)
        a.Intake.objects.filter(pk=intake.pk).update(state=IntakeState.PUBLISHED)
        return intake

    def _decisions(self) -> None:
        """What Bodø and one of its team have been told, what waits for approval, and a prepared release."""
        accepted = a.Application.objects.get(reference=self.objects["accepted"])
        member = accepted.members.get(pk=self.objects["accepted-member"])
        member.user = self.people["outsider"]
        member.save()
        told = LetterFactory(decision=DecisionFactory(application=accepted, issued=True))
        of_person = LetterFactory(
            decision=DecisionFactory(of=member, kind=a.DecisionKind.STUDENT, issued=True)
        )
        case = a.Application.objects.get(reference=self.objects["case"])
        untold = LetterFactory(
            decision=DecisionFactory(
                application=case, kind=a.DecisionKind.REJECTED, grounds="Late.", prepared_by=self.second
            )
        )
        intake = _past("decided")
        a.Intake.objects.filter(pk=intake.pk).update(state=IntakeState.DECIDED)
        waits = self._application("drawn-by-lot", intake, "1804", coordinator=self.people["owner"])
        release = ReleaseFactory(intake=intake, prepared_by=self.second)
        LetterFactory(decision=DecisionFactory(application=waits, release=release, prepared_by=self.second))
        self.objects |= {
            "told-letter": told.pk,
            "told-decision": told.decision.pk,
            "person-letter": of_person.pk,
            "untold-letter": untold.pk,
            "untold-decision": untold.decision.pk,
            "person-letter-link": _token(tokens.letter_url(of_person).removesuffix(".pdf") + "/"),
            "told-letter-link": _token(tokens.letter_url(told).removesuffix(".pdf") + "/"),
        }

    def _calls(self) -> None:
        """A draft of Bodø that asks its colleagues, one of whom is chosen; and a call that is closed."""
        owner = self.people["owner"]
        asks = self._application(
            "asks", IntakeFactory(slug="asks"), "1804", coordinator=owner, problem_sectors=["upbringing"]
        )
        open_call = InternalCallFactory(application=asks)
        waits, withdrawn = InterestFactory.create_batch(2, call=open_call)
        chosen = InterestFactory(call=open_call, state=InterestState.NOMINATED)
        chosen.member = TeamMemberFactory(application=asks, email=chosen.email)
        chosen.save()
        sent = a.Application.objects.get(reference=self.objects["sent"])
        self.objects |= {
            "open-call": str(open_call.token),
            "closed-call": str(InternalCallFactory(application=sent, closed_at=NOW).token),
            "interest-link": _token(tokens.interest_url(waits)),
            "chosen-link": _token(tokens.interest_url(chosen)),
            "gone-link": _token(tokens.interest_url(withdrawn)),
        }
        withdrawn.delete()

    def _team(self) -> None:
        """Bodø's team with an accepted place: one invited, one who left, a newcomer to tell, a reserve."""
        application = self._of_bodo("placed", _past("with-team"), State.ADMITTED, PartnerState.CONFIRMED)
        a.Offer.objects.create(
            application=application,
            state=OfferState.ACCEPTED,
            made_at=NOW,
            sent_at=NOW,
            due_at=NOW,
            answered_at=NOW,
        )
        invited, gone, newcomer = application.members.all()
        DecisionFactory(of=invited, kind=a.DecisionKind.STUDENT, issued=True)
        rows = a.TeamMember.everyone
        rows.filter(pk=invited.pk).update(
            participation=Participation.INVITED, invited_at=NOW, basis=Basis.QUALIFIED
        )
        rows.filter(pk=gone.pk).update(participation=Participation.WITHDRAWN, left_at=NOW)
        rows.filter(pk=newcomer.pk).update(joined_at=NOW, basis=Basis.QUALIFIED)
        reserve = TeamMemberFactory(application=application, participation=Participation.RESERVE)
        invited.refresh_from_db()
        old_link = tokens.invitation_url(a.TeamMember(pk=invited.pk, email="old@example.no"))
        self.objects |= {
            "invited": invited.pk,
            "gone": gone.pk,
            "newcomer": newcomer.pk,
            "reserve": reserve.pk,
            "invitation-link": _token(tokens.invitation_url(invited)),
            "old-invitation-link": _token(old_link),
        }

    def _offers(self) -> None:
        """Bodø has a place to answer for; one is held for another, who has not been told."""
        intake = _past("with-offers")
        a.Intake.objects.filter(pk=intake.pk).update(state=IntakeState.PUBLISHED, published_at=DRAWN)
        offered = self._of_bodo("offered", intake, State.ADMITTED, PartnerState.CONFIRMED)
        ready = self._application("ready", intake, "1818", state=State.READY)
        for number, offer in enumerate(
            (
                a.Offer(
                    application=offered,
                    state=OfferState.SENT,
                    made_at=DRAWN,
                    sent_at=DRAWN,
                    due_at=NOW + timedelta(days=7),
                ),
                a.Offer(application=ready, state=OfferState.PREPARED, made_at=NOW),
            ),
            1,
        ):
            offer.save()
            a.Place.objects.create(intake=intake, number=number, offer=offer)
        self.objects |= {
            "offer": offered.offer.pk,
            "held-offer": ready.offer.pk,
            "offer-in-calendar": f"deadline-offer-{offered.offer.pk}",
            "calendar-address": calendars.make(by=self.people["owner"], now=NOW),
        }

    def _reminders(self) -> None:
        """Bodø has been reminded of its answer, and another is not to be."""
        offered = a.Offer.objects.get(pk=self.objects["offer"])
        line = Reminder.objects.create(
            key="offer",
            kind="offer",
            object_id=offered.pk,
            scope="with-offers",
            due_at=offered.due_at,
            due_on=offered.due_at.date(),
            step=-7,
            to_email=self.people["owner"].email,
            to_user=self.people["owner"],
            to_name="Kari Koordinator",
            language="nb",
            title="Tilbud om plass til Bodø",
            claim=UUID(int=1),
            message=Message.objects.earliest("pk"),
            happened_at=NOW,
        )
        pause = Pause.objects.create(
            kind="offer",
            object_id=self.objects["held-offer"],
            by=self.second,
            reason="Ringt",
            began_at=NOW,
        )
        self.objects |= {"reminder": line.pk, "pause": pause.pk}

    def _of_bodo(self, name: str, intake: a.Intake, state: str, partner: str) -> a.Application:
        """A complete application with a document, a partner and, unless it is a draft, a receipt."""
        owner = self.people["owner"]
        application = self._application(name, intake, "1804", coordinator=owner, state=state, complete=True)
        member = application.members.first()
        document = a.Document(
            member=member,
            original_name="diploma.pdf",
            content_type="application/pdf",
            size=4,
            digest="0" * 64,
            uploaded_by=owner,
            uploaded_at=NOW,
        )
        document.file.save("diploma.pdf", ContentFile(b"%PDF"))
        if state != State.DRAFT:
            a.Submission.objects.create(
                application=application,
                number=1,
                submitted_at=NOW,
                submitted_by=owner,
                content=receipt_content(application),
                digest="0" * 64,
            )
        part = PartnerFactory(
            application=application,
            state=partner,
            spends=partner == PartnerState.CONFIRMED,
            asked_at=NOW - timedelta(days=1),
        )
        old_link = tokens.partner_url(part)
        part.asked_at = NOW
        part.save()
        self.objects |= {
            f"{name}-member": member.pk,
            f"{name}-document": document.pk,
            f"{name}-partner": part.pk,
            f"{name}-link": _token(tokens.partner_url(part)),
            f"{name}-old-link": _token(old_link),
        }
        return application

    def _application(self, name: str, intake: a.Intake, code: str, **fields: object) -> a.Application:
        application: a.Application = ApplicationFactory(intake=intake, lead=municipality(code), **fields)
        self.objects[name] = application.reference
        return application

    def _draws(self) -> None:
        """One frozen, one drawn, and one published in its second round, after one that was annulled."""
        self._freeze(self._settled("frozen"))
        drawn = self._freeze(self._settled("drawn"))
        intake = self._settled("published")
        selection.annul(self._freeze(intake), reason="A mistake in the list.", by=self.second, now=FROZEN)
        published = self._freeze(intake)
        self._draw(drawn)
        self._draw(published)
        selection.check(published, by=self.people["administrator"], now=DRAWN)
        selection.decide(published, by=self.second, now=DRAWN)
        selection.publish(published, by=self.second, now=DRAWN)

    def _settled(self, slug: str) -> a.Intake:
        """Three applications for two places."""
        intake = _past(slug, capacity=2)
        for code in ("1804", "1818", "5610"):
            ApplicationFactory(intake=intake, lead=municipality(code), state=State.READY)
        return intake

    def _freeze(self, intake: a.Intake) -> a.DrawRound:
        return selection.freeze(
            intake,
            choice=selection.Choice(),
            draw_at=DRAW,
            vikinglotto_on=DRAW.date(),
            by=self.second,
            now=FROZEN,
        )

    def _draw(self, draw_round: a.DrawRound) -> None:
        for source, value in zip(draw_round.sources.all(), SOURCE_VALUES, strict=True):
            for by in (self.people["administrator"], self.second):
                type_in_value(source, value, fallback_reason="", by=by, now=DRAWN)
        selection.draw(draw_round, by=self.second, now=DRAWN)


def _past(slug: str, **fields: object) -> a.Intake:
    """An intake whose deadlines have passed."""
    intake: a.Intake = IntakeFactory(
        slug=slug,
        state=IntakeState.CLOSED,
        opens_at=OPENED,
        closes_at=CLOSED,
        objections_close_at=LAST_OBJECTIONS,
        **fields,
    )
    return intake


def logged_in(user: User) -> dict[str, str]:
    browser = Client()
    browser.force_login(user, settings.AUTHENTICATION_BACKENDS[0])
    return {name: cookie.value for name, cookie in browser.cookies.items()}


def _token(url: str) -> str:
    return url.rstrip("/").rpartition("/")[2]
