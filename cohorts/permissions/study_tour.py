"""Who organises a study tour: course administrators, and the instructors who lead it."""

from cohorts.models import StudyTour
from innoskole.accounts.models import User


def organises(user: User, tour: StudyTour) -> bool:
    """Whether the person shares out rooms, and sees what people eat and whom to call."""
    return StudyTour.objects.organised_by(user).filter(pk=tour.pk).exists()
