"""What several tests of the configuration share."""

CANARY = "hunter2-CANARY"
"""A password that must never be shown."""

CONFIG = """\
language: en
accounts:
  - name: home
    imap: {{host: imap.example.jp, user: w, password: {password}}}
warn: {{to: [w@example.jp]}}
"""
