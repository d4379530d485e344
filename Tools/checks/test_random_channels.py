"""Channels of random networks: permuted, zeroed and removed, judged by ONNX Runtime."""

import json

import numpy as np
import onnx
import pytest

import channel_oracles
import random_models
from support import run

SEEDS = 500
GROUPS_OF_SEEDS = [range(start, start + 20) for start in range(0, SEEDS, 20)]
TOLERANCE = 1e-4


def report_of(model, output, folder, *options):
    path = folder / "report.json"
    run(model, output, "-f", "-q", "--report", path, *options).succeeded()
    return json.loads(path.read_text())["channels"]


@pytest.mark.parametrize("seeds", GROUPS_OF_SEEDS, ids=lambda seeds: f"{seeds[0]}-{seeds[-1]}")
def test_removal_leaves_the_rest_as_it_was(seeds, tmp_path):
    for seed in seeds:
        model = random_models.make(seed)
        path, output = tmp_path / "in.onnx", tmp_path / "out.onnx"
        onnx.save(model, path)
        rng = np.random.default_rng(seed)
        feed = random_models.feed(model, rng)
        before = channel_oracles.run(model, feed)
        whole = report_of(path, output, tmp_path, "--channels", "0")
        for group in whole["groups"]:
            if is_free(group):
                permuted = channel_oracles.permuted(model, whole, group, rng)
                difference = channel_oracles.difference(before, channel_oracles.run(permuted, feed))
                assert difference < TOLERANCE, f"seed {seed}: {group['name']} {group['layer']}"
        check_removal(seed, model, path, output, tmp_path, feed, before)


def check_removal(seed, model, path, output, folder, feed, before):
    report = report_of(
        path, output, folder, "--channels", "0.5", "--channel-criterion", "random",
        "--seed", str(seed),
    )
    pruned = onnx.load(output)
    onnx.checker.check_model(pruned, full_check=True)
    after = channel_oracles.run(pruned, feed)
    assert [x.shape for x in after] == [x.shape for x in before]
    removed = [group for group in report["groups"] if group.get("kept") is not None]
    assert report["removed"] == sum(g["size"] - len(g["kept"]) for g in removed)
    if all(group["isExact"] for group in removed):
        zeroed = channel_oracles.run(channel_oracles.zeroed(model, report), feed)
        difference = channel_oracles.difference(zeroed, after)
        assert difference < TOLERANCE, f"seed {seed}: {difference}"


def is_free(group):
    """Nothing was asked to go, so a reason to stay that is not this one means frozen."""
    reason = group.get("reason") or ""
    return not reason or "no channel is to go" in reason or "shares its axes" in reason
