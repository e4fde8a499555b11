"""The curve of confidence, fitted: a ridge logistic regression on claims that are known to be right or wrong."""

import numpy as np

RIDGE = 1.0
STEPS = 30
MISSING_SHARE = 0.3  # how much the claims without their works in the catalogue weigh: so many books are in no catalogue


def fitted_weights(traits: np.ndarray, is_right: np.ndarray, importance: np.ndarray) -> tuple[float, ...]:
    """The intercept and one weight a trait. `traits` is n x k, `is_right` n of 0 or 1, `importance` n."""
    known = np.hstack([np.ones((len(traits), 1)), traits])
    penalty = RIDGE * np.eye(known.shape[1])
    penalty[0, 0] = 0.0
    weights = np.zeros(known.shape[1])
    for _ in range(STEPS):  # Newton's method
        chance = 1 / (1 + np.exp(-known @ weights))
        slope = known.T @ (importance * (is_right - chance)) - penalty @ weights
        curve = (known * (importance * chance * (1 - chance))[:, None]).T @ known + penalty
        weights += np.linalg.solve(curve, slope)
    return tuple(float(weight) for weight in weights)
