from django.urls import URLPattern, path

from assessment.views.exam import examiners, guidelines, paper, papers_staff
from cohorts.urls.cohorts import COHORT, COURSE

OWN = f"{COURSE}exam/<int:number>/paper/"
EXAM = f"{COHORT}exams/<int:number>/"
PAPER = f"{EXAM}papers/<slug:code>/"
EXAMINER = f"{EXAM}examiners/<int:pk>/"
GUIDELINES = "exams/<slug:slug>/<int:number>/guidelines/"

urlpatterns: list[URLPattern] = [
    path(OWN, paper.paper, name="paper"),
    path(f"{OWN}files/<int:pk>/remove/", paper.file_remove, name="paper_file_remove"),
    path(f"{OWN}deliver/", paper.deliver, name="paper_deliver"),
    path(f"{OWN}<int:version>/", paper.delivery, name="paper_delivery"),
    path(f"{OWN}<int:version>/receipt.pdf", paper.receipt_pdf, name="paper_receipt_pdf"),
    path("papers/<slug:code>/files/<int:pk>/", paper.file, name="paper_file"),
    path(f"{EXAM}papers/", papers_staff.papers, name="exam_papers"),
    path(PAPER, papers_staff.paper, name="exam_paper"),
    path(f"{PAPER}examiners/", examiners.appoint, name="paper_examiners"),
    path(f"{PAPER}<str:deed>/", papers_staff.deed, name="exam_paper_deed"),
    path(f"{EXAM}examiners/", examiners.examiners, name="examiners"),
    path(f"{EXAM}examiners/add/", examiners.add, name="examiner_add"),
    path(f"{EXAM}examiners/proposal/", examiners.propose, name="examiners_proposal"),
    path(f"{EXAM}examiners/guidelines/", guidelines.upload, name="guidelines_upload"),
    path(f"{EXAM}examiners/open-grading/", guidelines.open_grading, name="grading_open"),
    path(EXAMINER, examiners.examiner, name="examiner"),
    path(f"{EXAMINER}remove/", examiners.remove, name="examiner_remove"),
    path(f"{EXAMINER}conflicts/<int:conflict>/", examiners.take_back, name="conflict_take_back"),
    path(GUIDELINES, guidelines.guidelines, name="exam_guidelines"),
    path(f"{GUIDELINES}<int:pk>/", guidelines.file, name="guidelines_file"),
    path("conflicts-of-interest/", examiners.own_conflicts, name="own_conflicts"),
]
