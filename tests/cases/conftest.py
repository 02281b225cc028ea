"""Cases stand in files of their own; their assertions are shown as those of tests are."""

import pytest

pytest.register_assert_rewrite(
    *(f"tests.cases.{name}" for name in ("calls", "clocks", "forms", "mail", "people", "telegram"))
)
