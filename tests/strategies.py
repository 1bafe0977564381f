"""Hypothesis strategies for random values."""

from typing import Any

from hypothesis import strategies as st


def json_values(*, max_leaves: int = 20, allow_nan: bool = True) -> st.SearchStrategy[Any]:
    """Return a strategy that draws whatever JSON can hold, and NaN where that is allowed."""
    return st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=allow_nan)
        | st.text(max_size=10),
        lambda inner: (
            st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
        ),
        max_leaves=max_leaves,
    )
