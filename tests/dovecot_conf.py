"""The configuration of the tests' Dovecot, in the grammars of 2.4 (Debian 13) and 2.3 (Debian 12, Ubuntu 24.04)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.certificates import Pair


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a test wants of its Dovecot; see `tests.servers.Dovecot`."""

    home: Path
    owner: str
    group: str
    login: str
    uid: int
    gid: int
    port: int
    tls_port: int
    pair: Pair
    separator: str
    prefix: str
    connections: int
    oauth: str
    settings: str
    lasting: bool


def configuration(version: tuple[int, int], wishes: Wishes) -> str:
    """Return the text of dovecot.conf for a Dovecot of `version`."""
    head = _head_2_4(wishes) if version >= (2, 4) else _head_2_3(wishes)
    return head + _common(wishes) + (_lasting(version) if wishes.lasting else "") + wishes.settings + "\n"


def _lasting(version: tuple[int, int]) -> str:
    forever = "restart_request_count = unlimited" if version >= (2, 4) else "service_count = 0"
    return "".join(f"service {name} {{\n  {forever}\n}}\n" for name in ("imap-login", "imap"))


def _common(w: Wishes) -> str:
    oauth = " oauthbearer xoauth2" if w.oauth else ""
    return f"""
base_dir = {w.home}/run
state_dir = {w.home}/state
default_internal_user = {w.owner}
default_internal_group = {w.group}
default_login_user = {w.login}
first_valid_uid = 0
first_valid_gid = 0
listen = 127.0.0.1
protocols = imap
log_path = {w.home}/dovecot.log
log_timestamp =
auth_mechanisms = plain login{oauth}
auth_failure_delay = 0
mail_max_userip_connections = {w.connections}
imap_logout_format = in=%{{input}} out=%{{output}} body_bytes=%{{fetch_body_bytes}} hdr_bytes=%{{fetch_hdr_bytes}}

service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service auth {{
  chroot =
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {w.port}
  }}
  inet_listener imaps {{
    port = {w.tls_port}
    ssl = yes
  }}
}}
service imap {{
  process_limit = 100
}}
namespace inbox {{
  inbox = yes
  separator = {w.separator}
  prefix = {w.prefix}
}}
"""


def _head_2_4(w: Wishes) -> str:
    oauth = f"""
oauth2 {{
  introspection_mode = post
  introspection_url = {w.oauth}
  username_attribute = username
  active_attribute = active
  active_value = true
}}
passdb oauth2 {{
  mechanisms_filter = oauthbearer xoauth2
}}
"""
    return f"""dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
auth_allow_cleartext = yes
mail_driver = maildir
mail_home = {w.home}/mail/%{{user}}
mail_path = {w.home}/mail/%{{user}}/Maildir
mail_uid = {w.uid}
mail_gid = {w.gid}
ssl = yes
ssl_server_cert_file = {w.pair.cert}
ssl_server_key_file = {w.pair.key}
passdb passwd-file {{
  passwd_file_path = {w.home}/users
}}
userdb static {{
}}
{oauth if w.oauth else ""}"""


def _head_2_3(w: Wishes) -> str:
    oauth = f"""
passdb {{
  driver = oauth2
  mechanisms = oauthbearer xoauth2
  args = {w.home}/oauth2.conf
}}
"""
    if w.oauth:
        (w.home / "oauth2.conf").write_text(
            f"introspection_mode = post\nintrospection_url = {w.oauth}\nusername_attribute = username\n"
            "active_attribute = active\nactive_value = true\n"
        )
    return f"""disable_plaintext_auth = no
mail_home = {w.home}/mail/%u
mail_location = maildir:{w.home}/mail/%u/Maildir
mail_uid = {w.uid}
mail_gid = {w.gid}
ssl = yes
ssl_cert = <{w.pair.cert}
ssl_key = <{w.pair.key}
passdb {{
  driver = passwd-file
  args = {w.home}/users
}}
userdb {{
  driver = static
  args = uid={w.uid} gid={w.gid} home={w.home}/mail/%u
}}
{oauth if w.oauth else ""}"""
