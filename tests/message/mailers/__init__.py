"""What mail programs, carriers and mailing systems really send, and what a person reads in it."""

from tests.message.mailers import codings, japan, structures, world
from tests.message.mailers.sent import Sent

ALL: tuple[Sent, ...] = (*japan.ALL, *world.ALL, *codings.ALL, *structures.ALL)
