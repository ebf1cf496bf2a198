"""Banken (番犬): a watchdog for a freelancer's inbox."""

__version__ = "0.1.0"
