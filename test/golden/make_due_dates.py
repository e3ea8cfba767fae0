"""Golden values for test/grading/policy: dates of class policies as moments, by Python's zoneinfo.

Run: python3 test/golden/make_due_dates.py      (writes due-dates.json beside itself)
"""
import json
import pathlib
import sys
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

# Ordinary days, clocks put forward (an hour that is not there) and back (an hour that comes twice), odd offsets.
DATES = [
    ("Asia/Shanghai", "2026-10-01T23:59"),
    ("Europe/Berlin", "2026-03-29T02:30"),
    ("Europe/Berlin", "2026-10-25T02:30"),
    ("Europe/Berlin", "2026-07-01T23:59:30"),
    ("America/New_York", "2026-03-08T02:59:59"),
    ("America/New_York", "2026-11-01T01:30"),
    ("Australia/Lord_Howe", "2026-04-05T01:45"),
    ("Asia/Kathmandu", "2026-01-01T00:00"),
    ("Pacific/Apia", "2026-06-30T23:59"),
    ("UTC", "2028-02-29T12:00"),
]


def exists(moment, zone, date):
    return moment.astimezone(zone).replace(tzinfo=None) == date


cases = []
for name, written in DATES:
    zone, date = ZoneInfo(name), datetime.fromisoformat(written)
    both = [date.replace(tzinfo=zone, fold=fold).astimezone(timezone.utc) for fold in (0, 1)]
    real = [moment for moment in both if exists(moment, zone, date)]
    # The later of two; for an hour that is not there, what the clock would show had it not been put forward.
    moment = max(real) if real else both[0]
    cases.append({"timeZone": name, "date": written, "moment": moment.isoformat()})

text = json.dumps({"source": f"Python {sys.version.split()[0]}, zoneinfo", "cases": cases}, indent=1)
pathlib.Path(__file__).with_name("due-dates.json").write_text(text + "\n")
