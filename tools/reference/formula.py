"""Computes weights and data by a formula that gives the same values in every language, so that only results need to
be stored."""

import numpy as np


def formula(count, salt, scale=1.0):
    """Returns `count` numbers from -0.5 to 0.5, times `scale`."""
    index = np.arange(count, dtype=np.int64)
    return (((index * 7919 + salt * 104729 + 13) % 1009) / 1009 - 0.5) * scale
