"""Prints what nbgrader's gradebook holds: {"student": {"grade_id": points}} for one assignment."""
import json
import sys

from nbgrader.api import Gradebook

database, assignment = sys.argv[1:]
with Gradebook(f"sqlite:///{database}") as gradebook:
    scores = {
        submission.student.id: {
            grade.name: grade.score for notebook in submission.notebooks for grade in notebook.grades
        }
        for submission in gradebook.assignment_submissions(assignment)
    }
print(json.dumps(scores))
