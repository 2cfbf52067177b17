"""Who must not grade whose paper: nobody grades a team of the municipality that they are bound to.

Source: issue 6, «conflict of interest by own municipality refused»; forvaltningsloven § 6 on impartiality.
What counts as a tie is written down in docs/decisions/0131.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from allauth.account.models import EmailAddress
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from applications.models import ApplicantMunicipality, Application, Guarantee, TeamMember
from applications.states import PartnerState
from assessment.models.exam.exam import ConflictOfInterest
from assessment.models.exam.papers import Paper
from innoskole.accounts.affiliations import domains_of
from innoskole.accounts.models import Affiliation, DomainException, User
from innoskole.municipalities.lineage import successors
from innoskole.municipalities.models import Municipality

# Key of the paper and of the person → why not, a whole sentence.
Conflicts = Mapping[tuple[int, int], str]


@dataclass
class _Ties:
    """What one person is bound to: applications (key → how), and municipalities (key → how)."""

    took_part: set[int] = field(default_factory=set)
    coordinated: set[int] = field(default_factory=set)
    guaranteed: set[int] = field(default_factory=set)
    acts_for: set[int] = field(default_factory=set)
    declared: set[int] = field(default_factory=set)
    excepted: dict[str, set[int]] = field(default_factory=dict)
    domains: set[str] = field(default_factory=set)

    @property
    def applications(self) -> set[int]:
        return self.took_part | self.coordinated | self.guaranteed


def conflict(paper: Paper, user: User, on: date) -> str:
    """Why the person must not grade the paper, as a sentence; empty when nothing is known against it."""
    return conflicts([paper], [user], on).get((paper.pk, user.pk), "")


def conflicts(papers: Collection[Paper], users: Collection[User], on: date) -> Conflicts:
    """Who must not grade which of the papers, and why.

    on: the day whose municipalities are compared: those that have ended are carried on to their successors.
    At most ten queries, however many papers and people (two more where municipalities have ended).
    """
    if not papers or not users:
        return {}
    ties = _ties_of(users)
    applications = {paper.team.application_id for paper in papers}
    parts = _municipalities_of(applications | {pk for each in ties.values() for pk in each.applications})
    carried = _carried_on(_all(parts, ties), on)
    found: dict[tuple[int, int], str] = {}
    for paper in papers:
        own = parts[paper.team.application_id]
        for user in users:
            if says := _says(user, ties[user.pk], paper.team.application_id, own, parts, carried):
                found[paper.pk, user.pk] = says
    return found


def _says(
    user: User,
    ties: _Ties,
    application: int,
    own: Sequence[Municipality],
    parts: Mapping[int, Sequence[Municipality]],
    carried: Mapping[int, set[int]],
) -> str:
    name = {"name": str(user)}
    if application in ties.took_part:
        return _("%(name)s takes part in this team, or has taken part in it.") % name
    if application in ties.coordinated:
        return _("%(name)s has coordinated this team’s application.") % name
    if application in ties.guaranteed:
        return _("%(name)s has been asked to guarantee for this team.") % name
    for municipality in own:
        facts = {**name, "municipality": str(municipality)}
        reached = carried[municipality.pk]
        if any(carried[pk] & reached for pk in ties.acts_for):
            return _("%(name)s acts for %(municipality)s, which the team comes from.") % facts
        if _mails_from(municipality, ties):
            return _("%(name)s has an e-mail address of %(municipality)s, which the team comes from.") % facts
        if any(carried[pk] & reached for pk in ties.declared):
            return _("%(name)s has a conflict of interest with %(municipality)s on record.") % facts
        others = (each.pk for pk in ties.applications for each in parts[pk])
        if any(carried[pk] & reached for pk in others):
            return _("%(name)s has been in an application of %(municipality)s to the school.") % facts
    return ""


def _mails_from(municipality: Municipality, ties: _Ties) -> bool:
    """Whether one of the person's addresses may be the municipality's.

    Wider than the proof that somebody acts for it (innoskole.accounts.affiliations): subdomains count, and
    of two municipalities that share a domain both.
    """
    names = domains_of(municipality)
    for domain in ties.domains:
        if domain in ties.excepted:
            if municipality.pk in ties.excepted[domain]:
                return True
        elif any(domain == each or domain.endswith(f".{each}") for each in names):
            return True
    return False


# --- What the database knows -----------------------------------------------------------------------------


def _ties_of(users: Collection[User]) -> dict[int, _Ties]:
    """Key of each person → their ties. Seven queries."""
    ties = {user.pk: _Ties() for user in users}
    emails: dict[str, set[int]] = defaultdict(set)
    for user in users:
        emails[user.email.lower()].add(user.pk)
    for pk, address in EmailAddress.objects.filter(user__in=ties, verified=True).values_list("user", "email"):
        emails[address.lower()].add(pk)
    domains = {address: address.rpartition("@")[2] for address in emails}
    excepted: dict[str, set[int]] = defaultdict(set)
    listed = DomainException.objects.annotate(of=Lower("domain")).filter(of__in=set(domains.values()))
    for domain, municipality in listed.values_list("of", "municipality"):
        excepted[domain].add(municipality)
    for address, people in emails.items():
        for pk in people:
            ties[pk].domains.add(domains[address])
            ties[pk].excepted = excepted
    members = TeamMember.everyone.annotate(address=Lower("email"))
    took_part = members.filter(Q(user__in=ties) | Q(address__in=emails))
    for user_pk, address, application in took_part.values_list("user", "address", "application"):
        for pk in {user_pk, *emails.get(address, ())} & ties.keys():
            ties[pk].took_part.add(application)
    for pk, application in Application.objects.filter(coordinator__in=ties).values_list("coordinator", "pk"):
        ties[pk].coordinated.add(application)
    guarantees = Guarantee.objects.annotate(address=Lower("approver_email")).filter(address__in=emails)
    for address, application in guarantees.values_list("address", "application"):
        for pk in emails[address]:
            ties[pk].guaranteed.add(application)
    acting = Affiliation.objects.filter(user__in=ties).exclude(state=Affiliation.State.REJECTED)
    for pk, municipality in acting.values_list("user", "municipality"):
        ties[pk].acts_for.add(municipality)
    declared = ConflictOfInterest.objects.filter(user__in=ties)
    for pk, municipality in declared.values_list("user", "municipality"):
        ties[pk].declared.add(municipality)
    return ties


def _municipalities_of(applications: Collection[int]) -> Mapping[int, Sequence[Municipality]]:
    """Key of each application → its lead, and the partners that have confirmed."""
    found: dict[int, list[Municipality]] = defaultdict(list)
    parts = ApplicantMunicipality.objects.filter(
        Q(state=PartnerState.CONFIRMED) | Q(municipality=F("application__lead")), application__in=applications
    )
    for part in parts.select_related("municipality").order_by("role", "pk"):
        found[part.application_id].append(part.municipality)
    return found


def _all(parts: Mapping[int, Sequence[Municipality]], ties: Mapping[int, _Ties]) -> list[Municipality]:
    known = {each.pk: each for found in parts.values() for each in found}
    missing = {pk for each in ties.values() for pk in each.acts_for | each.declared} - known.keys()
    return [*known.values(), *Municipality.objects.filter(pk__in=missing)]


def _carried_on(municipalities: Iterable[Municipality], on: date) -> dict[int, set[int]]:
    """Key of each municipality → those in which its area is found on the day."""
    found: dict[int, set[int]] = {}
    ended = []
    for each in municipalities:
        found[each.pk] = {each.pk}
        if each.valid_to_on is not None and each.valid_to_on <= on:
            ended.append(each)
    for pk, later in (successors(ended, on) if ended else {}).items():
        found[pk] |= {each.municipality.pk for each in later}
    return found
