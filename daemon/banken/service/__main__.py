"""`python -m banken.service FORM [FILE]` is what `banken run` becomes."""

import sys

from banken.service import memory

memory.leave_out("rich")  # structlog would take it for tracebacks, which no log of ours shows

from banken.service.program import main  # noqa: E402

sys.exit(main(*sys.argv[1:]))
