"""What the lecture's tests share."""

from cs25.testing.fixtures import one_thread, store  # noqa: F401
