"""The case as a letter reads it: the decision, its line in the draw, its promotion, its assessment."""

from dataclasses import dataclass
from functools import cached_property

from applications import results
from applications.models import (
    Application,
    Assessment,
    Decision,
    DecisionKind,
    DrawRound,
    Intake,
    MunicipalityRole,
    Offer,
    Promotion,
    TeamMember,
)
from applications.results import Line
from applications.states import Basis, PartnerState
from applications.wording import listed
from innoskole.deadlines import rules
from innoskole.deadlines.models import Kind
from innoskole.deadlines.rules import Deadline
from innoskole.ui import formats

BASIS_OF = {
    DecisionKind.STUDENT: Basis.QUALIFIED,
    DecisionKind.INDIVIDUALLY_QUALIFIED: Basis.INDIVIDUALLY_QUALIFIED,
    DecisionKind.COURSE_PARTICIPANT: Basis.COURSE_PARTICIPANT,
}


@dataclass(frozen=True)
class Case:
    """A decision with what its letter tells; each fact is looked up once, when it is first asked for."""

    decision: Decision

    @property
    def application(self) -> Application:
        return self.decision.application

    @property
    def intake(self) -> Intake:
        return self.application.intake

    @property
    def person(self) -> TeamMember:
        """Raises ValueError for a decision on an application."""
        if self.decision.member is None:
            raise ValueError(f"{self.decision} is not about a person.")
        return self.decision.member

    @cached_property
    def partners(self) -> list[str]:
        parts = self.application.municipalities.filter(
            role=MunicipalityRole.PARTNER, state=PartnerState.CONFIRMED
        )
        found = parts.select_related("municipality").order_by("municipality__sort_key")
        return [part.municipality.display_name for part in found]

    @property
    def municipalities(self) -> str:
        """«Bodø and Fauske»."""
        return listed([str(self.application.lead), *self.partners])

    @cached_property
    def replaced(self) -> Decision | None:
        """The last decision on the same subject that was told before this one."""
        earlier = Decision.objects.filter(
            application=self.application,
            member=self.decision.member,
            version__lt=self.decision.version,
            issued_at__isnull=False,
        )
        return earlier.order_by("-version").first()

    # --- The selection ---

    @cached_property
    def round(self) -> DrawRound | None:
        """The standing round in which the application takes part; None before there is a result.

        A late application is in none, even where the municipality's first one was drawn.
        """
        if self.application.late_filling_id:
            return None
        rounds = DrawRound.objects.standing().filter(intake=self.intake).exclude(protocol="")
        found = rounds.select_related("intake").first()
        if found is None:
            return None
        took_part = found.applications().get(self.application.lead.code)
        return found if took_part == self.application else None

    @cached_property
    def lines(self) -> list[Line]:
        return results.lines(self.round) if self.round else []

    @property
    def line(self) -> Line | None:
        """The application's line in the result."""
        return next((line for line in self.lines if line.code == self.application.lead.code), None)

    @cached_property
    def number(self) -> int | None:
        """On the whole waiting list, by lot."""
        return results.waiting_numbers(self.lines).get(self.application.lead.code)

    @cached_property
    def promotion(self) -> Promotion | None:
        """How a place came to the application after the draw."""
        promotions = Promotion.objects.with_names().filter(promoted__application=self.application)
        return promotions.order_by("happened_at", "pk").last()

    @cached_property
    def offer(self) -> Offer | None:
        return Offer.objects.filter(application=self.application).first()

    # --- The person ---

    @cached_property
    def assessment(self) -> Assessment | None:
        """The version of the assessment on which the decision rests, if it rests on one."""
        standing = self.person.assessments.filter(discarded_at__isnull=True).order_by("version")
        found = [each for each in standing if not each.is_pending]
        outcome = BASIS_OF[DecisionKind(self.decision.kind)]
        return found[-1] if found and found[-1].outcome == outcome else None

    # --- Deadlines ---

    @cached_property
    def appeal(self) -> Deadline:
        """Raises NoRule when no rule is valid on the day."""
        return rules.deadline(Kind.ADMISSION_APPEAL, formats.local(self.decision.leaves_at).date())
