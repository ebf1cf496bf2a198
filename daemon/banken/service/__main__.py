"""`python -m banken.service FORM [FILE]` is what `banken run` becomes."""

import signal
import sys

from banken.heap import growing
from banken.service import memory

signal.signal(signal.SIGHUP, signal.SIG_IGN)  # it asks for new settings, which are read now anyway: see watch.py
memory.leave_out("rich")  # structlog would take it for tracebacks, which no log of ours shows

with growing(for_good=True):
    from banken.service.program import main

sys.exit(main(*sys.argv[1:]))
