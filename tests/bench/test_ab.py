"""When does a commit count as slower than its parent?"""

import math

import pytest

from bench.ab import Comparison


def test_equal_runs_are_no_loss():
    assert not Comparison("accept_per_s", [1.02, 0.98, 1.01, 0.99, 1.0, 1.03, 0.97]).is_slower


def test_a_loss_beyond_the_noise_is_told():
    assert Comparison("accept_per_s", [0.80, 0.82, 0.79, 0.81, 0.80, 0.83, 0.78]).is_slower


def test_a_loss_within_the_noise_is_not_told():
    assert not Comparison("accept_per_s", [0.6, 1.2, 0.8, 1.1, 0.7, 1.3, 0.65]).is_slower


def test_the_interval_is_that_of_students_t_over_the_logarithms():
    low, high = Comparison("accept_per_s", [1.0, 1.1]).interval
    middle, reach = math.log(1.1) / 2, 12.706 * math.log(1.1) / math.sqrt(2) / math.sqrt(2)
    assert (low, high) == pytest.approx((math.exp(middle - reach), math.exp(middle + reach)))
