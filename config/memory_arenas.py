"""How the C library keeps memory for the threads of a worker: in one place instead of several.

glibc gives each thread an arena of its own, and what one thread has let go another cannot use. All
of Python runs one thread at a time, so that nothing is gained by it.
"""

import ctypes
from contextlib import suppress

# From <malloc.h> of glibc; another C library has no such function, or ignores them.
_MMAP_THRESHOLD, _ARENA_MAX = -3, -8
# Buffers that are larger, such as those of a compression, go back to the system at once.
LARGE = 128 * 1024  # bytes


def use_one_arena() -> None:
    """Call it before the process has threads. It does nothing where it cannot be said."""
    with suppress(AttributeError, OSError, TypeError):
        set_option = ctypes.CDLL(None).mallopt
        set_option(_ARENA_MAX, 1)
        set_option(_MMAP_THRESHOLD, LARGE)
