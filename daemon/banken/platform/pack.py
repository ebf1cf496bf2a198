"""Read a platform's folder under `rules/`, and try out its examples."""

from __future__ import annotations

from pathlib import Path

from banken import strictyaml
from banken.i18n import _
from banken.platform.examples import Failure, failures
from banken.platform.knowledge import Knowledge
from banken.platform.schema import PlatformFile
from banken.platform.voice import load as load_voice

FILE = "platform.yaml"
VOICE = "voice.bin"
"""Whose voice a notice speaks in; a platform may do without."""


class PlatformPack(Knowledge):
    """A platform's knowledge that can try itself out."""

    def test(self) -> list[Failure]:
        """Return every example of the file that is read differently from what it says."""
        return failures(self)


def load(folder: Path) -> PlatformPack:
    """Read `platform.yaml` in `folder`. Raises strictyaml.ProblemsError with every mistake in it, VoiceError."""
    document = strictyaml.read(folder / FILE, f"{folder.name}/{FILE}")
    file = strictyaml.validate(document, PlatformFile)
    problems = [
        document.problem((*trail, "event"), _("there is no event “{event}”").format(event=event), todo)
        for trail, event, todo in _unknown_events(file)
    ]
    problems += [
        document.problem(("reminders", number), _("there is no event “{event}”").format(event=kind), todo)
        for number, kind, todo in _unknown_clocks(file)
    ]
    if problems:
        raise strictyaml.ProblemsError(problems)
    return PlatformPack(file, load_voice(folder / VOICE))


def _unknown_events(file: PlatformFile) -> list[tuple[tuple[str | int, ...], str, str]]:
    named = [(("kinds", number), kind.event) for number, kind in enumerate(file.kinds) if kind.event]
    named += [(("hints", number), hint.event) for number, hint in enumerate(file.hints)]
    return [
        (trail, event, strictyaml.did_you_mean(event, file.events))
        for trail, event in named
        if event not in file.events
    ]


def _unknown_clocks(file: PlatformFile) -> list[tuple[int, str, str]]:
    """Return what reminders wait for and nothing can bring about."""
    known = [*file.events, "due", "mail:direct", *(f"talk:{name}" for name in type(file.talk).model_fields)]
    return [
        (number, kind, strictyaml.did_you_mean(kind, known))
        for number, rule in enumerate(file.reminders)
        for kind in (*rule.starts, *rule.stops, *rule.needs)
        if kind not in known
    ]
