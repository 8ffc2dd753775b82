"""Weights and data by a formula that any language computes alike, so that only results are stored."""

import numpy as np


def formula(count, salt, scale=1.0):
    """`count` numbers of -0.5 to 0.5 times `scale`."""
    index = np.arange(count, dtype=np.int64)
    return (((index * 7919 + salt * 104729 + 13) % 1009) / 1009 - 0.5) * scale
