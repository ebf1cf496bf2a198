"""How well a voice is told on authors left out, and that the file is what the corpus teaches."""

import pytest
from tests.training import voice

from banken.platform.voice import PERSON, PLATFORM

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def taught():
    return voice.notices()


def test_authors_left_out_are_told_apart(taught, capsys):
    values, person = voice.left_out(taught), taught.person
    as_person, as_platform = values >= PERSON, values < PLATFORM
    with capsys.disabled():
        print(f"\nvoice: {as_person[person].mean():.3f} of clients heard, {as_person[~person].sum()} of the platform's")
    assert as_person[person].mean() > 0.92
    assert as_platform[person].mean() < 0.005
    assert as_person[~person].mean() < 0.08


def test_the_file_is_what_the_corpus_teaches(taught):
    assert voice.learned(taught) == voice.VOICE.read_bytes(), "run `make train`"
