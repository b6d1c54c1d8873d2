"""What the lecture's tests share."""

from cs25.testing.fixtures import one_thread  # noqa: F401
