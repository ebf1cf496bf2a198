"""One verb, one file."""

from banken import heap


def main() -> None:
    """Run the command line. Exit codes: see `faults.Exit`."""
    heap.left_at_the_end()
    with heap.growing(for_good=True):
        from banken.cli.app import main as run  # noqa: PLC0415 - its many modules are what grows
    run()


__all__ = ["main"]
