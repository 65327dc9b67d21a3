from vn30_training.reporting.verdicts import sentences


def told(leaderboard, instances) -> dict[str, str]:
    return {sentence.about: sentence.text for sentence in sentences(leaderboard, instances)}


def test_names_the_best_model_never_a_floor(run):
    board = run.leaderboard.copy()
    board.loc[board["family"] == "reversal_1", "rank_ic"] = 0.9
    assert "reversal_1" not in told(board, run.instances)["Ranking"]


def test_an_interval_on_zero_cannot_be_told_from_luck(run):
    board = run.leaderboard.assign(rank_ic_low=-0.01)
    assert "cannot be told from luck" in told(board, run.instances)["Ranking"]
    board = run.leaderboard.assign(rank_ic_low=0.01)
    assert "cannot be told from luck" not in told(board, run.instances)["Ranking"]


def test_no_better_than_reversal_is_said_so(run):
    assert (
        "No model beats"
        in told(run.leaderboard.assign(increment_low=-0.01), run.instances)["Against reversal"]
    )
    better = told(run.leaderboard.assign(increment_low=0.01), run.instances)["Against reversal"]
    assert "luck alone" in better


def test_worse_than_zero_is_not_called_a_gain(run):
    text = told(run.leaderboard.assign(mae_skill=-0.002), run.instances)["Size"]
    assert text.startswith("No model has a smaller absolute error")
    assert "0.20 % more" in text


def test_a_gain_within_luck_is_called_that(run):
    board = run.leaderboard.assign(mae_skill=0.002, mae_skill_low=-0.001)
    assert "cannot be told from luck" in told(board, run.instances)["Size"]
    board = board.assign(mae_skill_low=0.001)
    assert "luck" not in told(board, run.instances)["Size"]


def test_nothing_ranked(run):
    board = run.leaderboard.assign(ranked=False)
    assert told(board, run.instances)["Ranking"] == "No model could be ranked."


def test_sound_instances_are_not_mentioned(run):
    assert "Instances" not in told(run.leaderboard, run.instances.assign(status="ok"))
    assert told(run.leaderboard, run.instances)["Instances"].startswith("Of ")


def test_a_lead_too_small_to_be_shown_is_none(run):
    board = run.leaderboard.assign(accuracy=0.51702, majority_accuracy=0.51698)
    assert told(board, run.instances)["Direction"].startswith("None of")
    board = board.assign(accuracy=0.5185)
    assert not told(board, run.instances)["Direction"].startswith("None of")
