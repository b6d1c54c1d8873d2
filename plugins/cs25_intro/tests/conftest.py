"""What the lecture's tests share."""

from cs25.testing.fixtures import minilm, one_thread, smollm2, store  # noqa: F401
