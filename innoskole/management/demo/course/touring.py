"""The study tour: prepared, opened, signed up for; rooms shared out; and what need not be known forgotten."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, time
from functools import partial
from typing import Any

from cohorts.actions import retention, study_tour
from cohorts.actions.study_tour.rooms import version_of_proposal
from cohorts.models import Diet, Participant, RoomWish, StudyTour, TourSignUp
from innoskole.management.demo import people
from innoskole.management.demo.calendar import Event, Stage
from innoskole.management.demo.course.year import Year, pick, user_of

TOUR = 6
DIETS: tuple[list[str], ...] = (
    [],
    [],
    [],
    [Diet.VEGETARIAN.value],
    [],
    [Diet.NO_GLUTEN.value, Diet.NO_LACTOSE.value],
)
ITINERARY = (
    (0, "09.00", "Avreise fra bussterminalen", ""),
    (0, "11.00", "Besøk i bydelen Fabelhaug", "Grendehuset"),
    (1, "09.00", "Samarbeidsverkstedet på Diktestad", "Gamlemeieriet"),
    (2, "09.00", "Teamene presenterer prosjektene", "Hotellet"),
    (2, "15.00", "Hjemreise", ""),
)


@dataclass(frozen=True)
class Touring:
    year: Year

    def events(self) -> Iterator[Event]:
        year = self.year
        steps: tuple[tuple[datetime, Callable[[datetime], object]], ...] = (
            (year.after(1, 12), self.prepare),
            (year.after(2, 10), self.open),
            # Before the fourth session two of three have answered.
            *((year.after(2, 11 + day, 20), partial(self.sign_up, day)) for day in range(2)),
            (year.before(TOUR, 20), partial(self.sign_up, 2)),
            (year.before(TOUR, 12), self.share_out_rooms),
            (year.before(TOUR, 10), self.show_rooms),
            (year.after(TOUR, 15, 3), retention.forget),
        )
        for moment, deed in steps:
            yield Event(moment, Stage.RUNNING, deed)

    @property
    def tour(self) -> StudyTour:
        return StudyTour.objects.with_plan().get(cohort__intake__slug=self.year.slug)

    def prepare(self, now: datetime) -> None:
        values = {
            "session": self.year.session(TOUR),
            "destination": "Liksomdal",
            "about": "Tre dager hos folk som har fått det til, med tid til å snakke om det.",
            "cost": "Reise, opphold og mat er betalt av skolen.",
            "asked": "Tenk gjennom hva du vil spørre om. Ta med gode sko.",
            "sign_up_closes_at": self.year.before(TOUR, 14, 15),
            "kept_days": 14,
            "leaders": self.year.instructors[:1],
        }
        ada = people.administrator()
        tour = study_tour.save_tour(self.year.cohort, values, version="", by=ada, now=now)
        for day, starts, title, place in ITINERARY:
            hour, minute = starts.split(".")
            entry = {
                "held_on": self.year.sessions[TOUR - 1][day],
                "starts": time(int(hour), int(minute)),
                "title": title,
                "place": place,
                "about": "",
            }
            study_tour.add_entry(tour, entry, by=ada, now=now)

    def open(self, now: datetime) -> None:
        study_tour.open_sign_up(self.tour, by=people.administrator(), now=now)

    def sign_up(self, third: int, now: datetime) -> None:
        """Every third person answers, and at last everybody who has not."""
        tour = self.tour
        answered = set(tour.sign_ups.values_list("participant", flat=True))
        for crew in self.year.crews():
            for place, person in enumerate(crew.people):
                is_late = third == 2 and person.pk not in answered
                if is_late or (place % 3 == third and person.pk not in answered):
                    values = self.wishes(person, crew.people)
                    study_tour.sign_up(tour, person, values, by=user_of(person), now=now)

    def wishes(self, person: Participant, members: list[Participant]) -> dict[str, Any]:
        """Two of a team share; of the others one in nine stays at home."""
        place = members.index(person)
        if place > 1 and person.pk % 9 == 0:
            return {"is_coming": False, "reason": "Må være hjemme da.", "room_wish": "", "shares_with": None}
        shares = place < 2 and len(members) > 1
        return {
            "is_coming": True,
            "reason": "",
            "room_wish": RoomWish.SHARED if shares else RoomWish.SINGLE,
            "shares_with": members[1 - place] if shares else None,
            "diets": pick(DIETS, person.pk),
            "diet_note": "",
            "contact_name": f"Pårørende til {person}",
            "contact_phone": f"40 00 {person.pk % 100:02} 00",
        }

    def share_out_rooms(self, now: datetime) -> None:
        tour, ada = self.tour, people.administrator()
        coming = TourSignUp.objects.coming().filter(tour=tour)
        alone = coming.filter(room_wish=RoomWish.SINGLE).count()
        doubles = (coming.count() - alone + 1) // 2
        for name, count, beds in (("Dobbeltrom", doubles, 2), ("Enkeltrom", alone, 1)):
            if count:
                study_tour.add_rooms(tour, name=name, count=count, beds=beds, by=ada, now=now)
        seen = version_of_proposal(study_tour.proposal(tour))
        study_tour.apply_proposal(tour, seen=seen, by=ada, now=now)

    def show_rooms(self, now: datetime) -> None:
        study_tour.show_rooms(self.tour, by=people.administrator(), now=now)
