import numpy as np
import pytest

from moushi.forecast import weights
from moushi.forecast.weights import combine, model_weights


def test_weights_by_hand():
    # One series, sixteen periods each: as many as the pool counts for, and the pool is that series.
    errors = np.stack([np.full((1, 16), 1.0), np.full((1, 16), 1.1)])
    ratio = 1.1**-weights.POWER
    assert model_weights(errors)[0] == pytest.approx([1 / (1 + ratio), ratio / (1 + ratio)])


def test_a_model_far_behind_the_best_of_the_pool_is_left_out():
    errors = np.stack([np.full((2, 4), 1.0), np.full((2, 4), 1.16)])
    assert model_weights(errors).tolist() == [[1.0, 0.0], [1.0, 0.0]]


def test_a_series_own_errors_move_its_weights_away_from_the_pool():
    errors = np.ones((2, 3, 30))
    errors[0, 0], errors[1, 0] = 0.5, 1.5
    errors[0, 1], errors[1, 1] = 1.5, 0.5
    found = model_weights(errors)
    assert found[0, 0] > 0.9
    assert found[1, 1] > 0.9
    assert found[2] == pytest.approx([0.5, 0.5])


def test_without_any_comparison_all_models_weigh_the_same():
    assert model_weights(np.full((4, 2, 3), np.nan)).tolist() == [[0.25] * 4] * 2


def test_perfect_models_share_the_weight():
    assert model_weights(np.zeros((2, 1, 3))).tolist() == [[0.5, 0.5]]


def test_combining_leaves_out_models_that_could_not_forecast():
    forecasts = np.array([[[10.0, np.nan, np.nan]], [[20.0, 20.0, np.nan]]])
    found = combine(forecasts, np.array([[0.75, 0.25]]))
    assert found[0, :2] == pytest.approx([12.5, 20.0])
    assert np.isnan(found[0, 2])


def test_a_model_without_weight_stands_in_where_no_other_could():
    assert combine(np.array([[[np.nan]], [[7.0]]]), np.array([[1.0, 0.0]]))[0, 0] == pytest.approx(7.0)
