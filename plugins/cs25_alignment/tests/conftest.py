"""What the lecture's tests share."""

from cs25.testing.fixtures import minilm, one_thread, store  # noqa: F401
