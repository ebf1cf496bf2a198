"""The program as people get it: installed into a clean environment from what the container's recipe copies, no more."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys

import pytest
from tests.service.test_container import ROOT, steps

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Do the recipe's own steps, in another place; return the environment."""
    place = tmp_path_factory.mktemp("image")
    source, home = place / "src", place / "opt"
    source.mkdir()
    for step in steps("COPY"):
        if not step.startswith("--from"):
            *names, into = step.split()
            for name in names:
                target = source if into == "./" else source / into
                copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
                copy(ROOT / name, target)
    subprocess.run([sys.executable, "-m", "venv", home], check=True)
    command = next(step for step in steps("RUN") if "pip install" in step)
    options = re.search(r"pip install (.*)", command)[1].replace("'", "").split()
    subprocess.run(
        [home / "bin/pip", "install", "--quiet", "--disable-pip-version-check", *options], cwd=source, check=True
    )
    return home


def banken(installed, *words, code=0):
    shown = {"PATH": "/usr/bin:/bin", "LANG": "en_US.UTF-8", "HOME": str(installed)}
    done = subprocess.run(
        [installed / "bin/banken", *words], cwd=installed, env=shown, capture_output=True, text=True, check=False
    )
    assert done.returncode == code, done.stderr
    return done.stdout + done.stderr


def test_it_knows_its_rules_and_runs_away_from_its_sources(installed):
    assert "banken" in banken(installed, "--version")
    assert "contact.line" in banken(installed, "rules", "list")
    mail = installed / "mail.eml"
    mail.write_text("From: a@example.jp\nTo: b@example.jp\nSubject: x\n\nhello\n")
    assert "mail.eml" in banken(installed, "check", str(mail), "--json")


def test_without_a_configuration_it_says_what_to_do_and_ends_with_two(installed):
    assert "banken init" in banken(installed, "run", code=2)


def test_notices_and_figures_are_in_the_image(installed):
    subprocess.run([installed / "bin/python", "-c", "import apprise, prometheus_client"], check=True)


def test_the_shell_completes_its_verbs(installed):
    for shell in ("bash", "zsh", "fish"):
        env = {"_BANKEN_COMPLETE": f"source_{shell}", "PATH": "/usr/bin:/bin"}
        done = subprocess.run([installed / "bin/banken"], env=env, capture_output=True, text=True, check=True)
        assert "complete_" + shell in done.stdout
    env = {"_BANKEN_COMPLETE": "complete_bash", "COMP_WORDS": "banken st", "COMP_CWORD": "1", "LANG": "en_US.UTF-8"}
    done = subprocess.run([installed / "bin/banken"], env=env, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["status"]


def test_the_manual_comes_along_in_both_languages(installed):
    for page, source in (("man/man1", "docs"), ("man/ja/man1", "docs/ja")):
        assert (installed / "share" / page / "banken.1").read_bytes() == (ROOT / source / "banken.1").read_bytes()
