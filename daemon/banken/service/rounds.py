"""The ticking: what is done over and over, whatever becomes of the clock on the wall.

APScheduler keeps that clock's time, which is set back and forth: a machine whose own clock runs in local time starts nine
hours ahead in Japan, one without a clock starts years behind. Its own intervals would then be silent for as long as
the clock was set back, or list each second by which it leapt (measured: 2.6 million for 30 days, 113 MB).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

THREADS = 4


class Every(BaseTrigger):  # type: ignore[misc]  # apscheduler carries no types
    """Fires `seconds` after it fired last: what was missed is missed, and made up for once."""

    def __init__(self, seconds: float) -> None:
        self.interval = timedelta(seconds=seconds)

    def get_next_fire_time(self, _last: datetime | None, now: datetime) -> datetime:
        """Return when to fire next, by the clock as it is `now`."""
        return now + self.interval


class Rounds:
    """Does jobs at intervals, each in one thread at a time. All methods may be called from any thread."""

    def __init__(self) -> None:
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(THREADS)},
            # The default grace of one second lets most of many jobs never run: there is none here.
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def add(self, job: Callable[[], None], seconds: float, *, at_once: bool = False) -> None:
        """Do `job` every `seconds` from the start on, for the first time then or at once."""
        first = {"next_run_time": datetime.now(UTC)} if at_once else {}
        self._scheduler.add_job(job, Every(seconds), **first)

    def start(self) -> None:
        """Begin."""
        self._scheduler.start()

    def mend(self) -> None:
        """See whether the clock was set back, and let what would be waited for too long be done now; to be called often."""
        now = datetime.now(UTC)
        for job in self._scheduler.get_jobs():
            if job.next_run_time - now > job.trigger.interval:
                job.modify(next_run_time=now)

    def close(self) -> None:
        """End, without waiting for what is being done."""
        self._scheduler.shutdown(wait=False)
