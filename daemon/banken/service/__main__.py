"""`python -m banken.service FORM [FILE]` is what `banken run` becomes."""

import sys

from banken.heap import growing
from banken.service import memory

memory.leave_out("rich")  # structlog would take it for tracebacks, which no log of ours shows

with growing(for_good=True):
    from banken.service.program import main

sys.exit(main(*sys.argv[1:]))
