"""`banken init`: from a mail address to a configuration that was tried out, in a few questions."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer

from banken.cli.faults import Exit, errors, faults
from banken.cli.options import console
from banken.cli.scan import scan
from banken.cli.talk import Answers, Talk
from banken.cli.wizard import OAUTH, Wizard
from banken.config import load
from banken.i18n import LANGUAGES, _, set_language
from banken.service.setup import unit
from banken.service.setup.keep import KeepError, private_file

DEFAULT = Path("~/.config/banken/config.yaml")
WAYS = ("smtp", "append")
SECURITIES = ("tls", "starttls", "plain")


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(help=_("Set Banken up for a mailbox: find the servers, try the login, write the configuration."))(init)


def init(
    address: Annotated[str, typer.Option("--address", help=_("Your mail address."))] = "",
    language: Annotated[str, typer.Option("--language", help=_("ja or en."))] = "",
    name: Annotated[str, typer.Option("--name", help=_("What you call this account."))] = "",
    imap: Annotated[str, typer.Option("--imap", metavar="HOST[:PORT]", help=_("The IMAP server."))] = "",
    imap_security: Annotated[str, typer.Option("--imap-security", help="tls | starttls | plain")] = "tls",
    user: Annotated[str, typer.Option("--user", help=_("The login name, when it is not the address."))] = "",
    password_file: Annotated[Path | None, typer.Option("--password-file", help=_("The password lies there."))] = None,
    password_command: Annotated[str, typer.Option("--password-command", help=_("This command prints it."))] = "",
    password_env: Annotated[str, typer.Option("--password-env", help=_("This environment variable holds it."))] = "",
    password_keyring: Annotated[
        str, typer.Option("--password-keyring", metavar="SERVICE/USER", help=_("The key ring holds it."))
    ] = "",
    oauth: Annotated[str, typer.Option("--oauth", help=_("Log in by OAuth: google or microsoft."))] = "",
    client_id: Annotated[str, typer.Option("--client-id", help=_("OAuth: the id of your own app."))] = "",
    client_secret_file: Annotated[
        Path | None, typer.Option("--client-secret-file", help=_("OAuth: the secret of your own app lies there."))
    ] = None,
    authority: Annotated[str, typer.Option("--authority", help=_("OAuth: another server for the login."))] = "",
    token_command: Annotated[str, typer.Option("--token-command", help=_("OAuth 2.0: prints an access token."))] = "",
    ca: Annotated[Path | None, typer.Option("--ca", help=_("Your own certificate authority (PEM)."))] = None,
    folder: Annotated[list[str] | None, typer.Option("--folder", help=_("A folder to watch."))] = None,
    warn_to: Annotated[list[str] | None, typer.Option("--warn-to", help=_("Who is warned."))] = None,
    via: Annotated[str, typer.Option("--via", help=_("smtp, or append (into the inbox)."))] = "",
    smtp: Annotated[str, typer.Option("--smtp", metavar="HOST[:PORT]", help=_("The SMTP server."))] = "",
    smtp_security: Annotated[str, typer.Option("--smtp-security", help="tls | starttls | plain")] = "tls",
    smtp_user: Annotated[
        str, typer.Option("--smtp-user", help=_("The login name for sending, when it is another."))
    ] = "",
    smtp_password_file: Annotated[
        Path | None,
        typer.Option("--smtp-password-file", help=_("The password for sending, when it is another, lies there.")),
    ] = None,
    smtp_password_command: Annotated[
        str, typer.Option("--smtp-password-command", help=_("This command prints it."))
    ] = "",
    smtp_password_env: Annotated[
        str, typer.Option("--smtp-password-env", help=_("This environment variable holds it."))
    ] = "",
    smtp_password_keyring: Annotated[
        str, typer.Option("--smtp-password-keyring", metavar="SERVICE/USER", help=_("The key ring holds it."))
    ] = "",
    to_file: Annotated[Path, typer.Option("--output", "-o", help=_("The configuration to write."))] = DEFAULT,
    force: Annotated[bool, typer.Option("--force", help=_("Write over a configuration that is there."))] = False,
    systemd: Annotated[bool | None, typer.Option("--systemd/--no-systemd", help=_("Write a unit for systemd."))] = None,
    first_scan: Annotated[
        bool | None, typer.Option("--scan/--no-scan", help=_("Look through the last 30 days."))
    ] = None,
    non_interactive: Annotated[bool, typer.Option("--non-interactive", help=_("Ask nothing."))] = False,
    print_unit: Annotated[
        str, typer.Option("--print-unit", metavar="KIND", help=_("Only print systemd's unit: user or system."))
    ] = "",
) -> None:
    """Set Banken up for a mailbox."""
    if language:
        set_language(language)
    target = to_file.expanduser()
    if print_unit:
        _print_unit(print_unit, target)
        return
    given = Answers(
        address=address,
        language=language,
        name=name,
        imap=imap,
        imap_security=imap_security,
        user=user,
        password_file=password_file,
        password_command=password_command,
        password_env=password_env,
        password_keyring=password_keyring,
        oauth=oauth,
        client_id=client_id,
        client_secret_file=client_secret_file,
        authority=authority,
        token_command=token_command,
        ca=ca,
        folders=tuple(folder or ()),
        warn_to=tuple(warn_to or ()),
        via=via,
        smtp=smtp,
        smtp_security=smtp_security,
        smtp_user=smtp_user,
        smtp_password_file=smtp_password_file,
        smtp_password_command=smtp_password_command,
        smtp_password_env=smtp_password_env,
        smtp_password_keyring=smtp_password_keyring,
    )
    _check_words(given)
    talk = Talk(silent=non_interactive)
    with faults():
        _check_place(target, force=force)
        try:
            _write(target, Wizard(given, talk, target.parent).run())
        except KeepError as error:
            raise _refused(str(error)) from None
        talk.say(_("Written: {path}").format(path=target))
        if _wants_unit(talk) if systemd is None else systemd:
            _write_unit(talk, target)
        if talk.agree(
            _("Look through the mail of the last 30 days now? Nothing is written."), first_scan, silently=False
        ):
            scan(since="30d", config=target)
        talk.say(_("Next: “banken doctor” looks at everything, “banken run” watches."))


def _check_words(given: Answers) -> None:
    """Raise BadParameter for a word that its option does not know."""
    for option, word, words in (
        *(("--oauth", given.oauth, OAUTH), ("--via", given.via, WAYS), ("--language", given.language, LANGUAGES)),
        *(("--imap-security", given.imap_security, SECURITIES), ("--smtp-security", given.smtp_security, SECURITIES)),
    ):
        if word and word not in words:
            raise typer.BadParameter(_("write one of {words}").format(words=", ".join(words)), param_hint=option)


def _check_place(target: Path, *, force: bool) -> None:
    """Exit when the configuration must not be written at `target`."""
    if target.exists() and not force:
        raise _refused(_("{path} is there already; --force writes over it").format(path=target))
    if target.is_symlink() or (target.exists() and not target.is_file()):
        raise _refused(_("{path} is no ordinary file; name another with --output").format(path=target))


def _refused(why: str) -> typer.Exit:
    """Say why nothing is written; return the exit to raise."""
    errors().print(why, markup=False)
    return typer.Exit(Exit.USAGE)


def _write(target: Path, text: str) -> None:
    """Put a configuration in its place once it has been read like any other. Raises KeepError, ProblemsError."""
    tried = target.with_name(f".{target.name}.tried")
    try:
        private_file(tried, text, replace=True)
        load(tried)
        tried.replace(target)
    finally:
        tried.unlink(missing_ok=True)


def _print_unit(kind: str, target: Path) -> None:
    if kind not in unit.KINDS:
        raise typer.BadParameter(_("write one of {words}").format(words=", ".join(unit.KINDS)))
    typer.echo(unit.unit(kind, target), nl=False)


def _wants_unit(talk: Talk) -> bool:
    question = _("Shall systemd start Banken with your session?")
    return bool(shutil.which("systemctl")) and talk.agree(question, None, silently=False)


def _write_unit(talk: Talk, target: Path) -> None:
    place = unit.user_unit_place()
    try:
        private_file(place, unit.unit("user", target), replace=True)
    except KeepError as error:
        errors().print(str(error), markup=False)
        return
    talk.say(_("Written: {path}").format(path=place))
    talk.say(_("Start it with:"))
    for line in ("systemctl --user daemon-reload", "systemctl --user enable --now banken", "loginctl enable-linger"):
        console().print(f"  {line}", markup=False)
