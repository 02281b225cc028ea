"""What a line of the bench says."""

from bench.report import Figure, Report, Target


def test_a_figure_is_the_median_of_its_rounds_with_its_spread():
    line = Report("accept", [Figure("accept_ratio", [1.9, 1.5, 1.8])]).to_json()

    assert (line["accept_ratio"], line["accept_ratio_spread"]) == (1.8, [1.5, 1.9])


def test_what_misses_its_target_is_named_with_the_target():
    met, missed = Figure("notify_p50_ms", [12], Target(most=15)), Figure("accept_ratio", [1.2], Target(least=1.7))

    assert Report("all", [met, missed]).missed == {"accept_ratio": "1.2, target >= 1.7"}


def test_every_line_tells_the_load_of_the_machine():
    assert len(Report("accept", []).to_json()["load_average"]) == 3
