"""How far a pass over the mail has come: messages, messages a second, the time that is left. On a terminal only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from banken.i18n import _


class Rate(ProgressColumn):
    """Messages a second."""

    def render(self, task: Task) -> Text:
        """Return the rate so far, nothing before there is one."""
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else _("{speed:.0f}/s").format(speed=speed), "dim")


@contextmanager
def progress() -> Iterator[Callable[[int, int], None]]:
    """Show a bar; what is yielded is told (messages done, messages in all)."""
    screen = Console(stderr=True)
    left = (TextColumn(_("time left"), "dim"), TimeRemainingColumn())
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Rate(), *left)
    with Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as bar:
        task = bar.add_task(_("reading mail"), total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
