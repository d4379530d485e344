"""The options that remove channels, and the view of what belongs together."""

import json

import onnx
import pytest

from support import FIXTURES, run

CNN = FIXTURES / "models" / "cnn.onnx"


def test_inspect_shows_which_channels_belong_together():
    text = run("inspect", CNN, "--groups").succeeded().stdout
    assert "337536 macs with input[0] = 1" in text
    assert "hidden.Gemm" in text and 'none: the value is output "logits"' in text
    report = json.loads(run("inspect", CNN, "--groups", "--json").succeeded().stdout)["report"]
    sizes = {group["layer"]: group["size"] for group in report["channels"]}
    assert sizes == {"conv1.Conv": 16, "conv2.Conv": 32, "hidden.Gemm": 64, "logits.Gemm": 10}
    assert report["operations"]["assumed"] == {"input[0]": 1}


@pytest.mark.parametrize("more", [(), ("--pattern", "2:4"), ("--sparsity", "0.5")])
def test_channels_go_before_weights_and_come_back_from_a_container(more, tmp_path):
    direct, packed, back = (tmp_path / name for name in ("a.onnx", "a.spm", "b.onnx"))
    run(CNN, direct, "--channels", "0.5", *more).succeeded()
    run(CNN, packed, "--channels", "0.5", *more).succeeded()
    run(packed, back).succeeded()
    assert direct.read_bytes() == back.read_bytes()
    shapes = {i.name: tuple(i.dims) for i in onnx.load(direct).graph.initializer}
    assert shapes["conv2.weight"] == (16, 8, 3, 3)
    history = run("inspect", packed).succeeded().stdout
    assert "prune channels: channels 0.5, criterion l2, scope local" in history


@pytest.mark.parametrize("target", ["parameters", "operations", "bytes"])
def test_a_target_is_met(target, tmp_path):
    output, report = tmp_path / "a.onnx", tmp_path / "a.json"
    option = "--target-" + target.replace("operations", "macs")
    run(CNN, output, option, "40%", "--report", report).succeeded()
    channels = json.loads(report.read_text())["channels"]
    # All parameters of this model are float32, so their bytes are met with their number.
    name = target.replace("bytes", "parameters")
    assert 0.3 < channels[f"{name}After"] / channels[f"{name}Before"] <= 0.4


@pytest.mark.parametrize(
    "options, word",
    [
        (("--channels", "0.5", "--target-macs", "0.5"), "only one"),
        (("--channels", "1.5"), "1.5"),
        (("--channels", "0.5", "--round-to", "0"), "E-CHANNEL-002"),
        (("--channels", "0.5", "--channel-criterion", "no"), "E-CHANNEL-003"),
        (("--target-parameters", "0.0001"), "E-CHANNEL-004"),
        (("--channels-of", "conv1*"), "glob=share"),
        (("--channels-of", "conv1*=2"), "glob=share"),
    ],
)
def test_wrong_options_for_channels_are_refused(options, word, tmp_path):
    result = run(CNN, tmp_path / "a.onnx", *options)
    assert result.code == 64
    assert word in result.stderr
    assert not (tmp_path / "a.onnx").exists()


def test_some_channels_have_a_share_of_their_own(tmp_path):
    output = tmp_path / "a.onnx"
    shares = ("--channels-of", "conv*=50%", "--channels-of", "conv1*=0.25")
    run(CNN, output, "--channels", "0", *shares).succeeded()
    before, after = (
        {i.name: i.dims[0] for i in onnx.load(path).graph.initializer} for path in (CNN, output)
    )
    left = {name: after[name] / before[name] for name in before if name.endswith("weight")}
    assert left.pop("conv1.weight") == 0.75
    assert left.pop("conv2.weight") == 0.5
    assert set(left.values()) == {1.0}
    alone = tmp_path / "b.onnx"
    run(CNN, alone, *shares).succeeded()
    assert alone.read_bytes() == output.read_bytes()


def test_channels_of_what_is_excepted_stay(tmp_path):
    output = tmp_path / "a.onnx"
    run(CNN, output, "--channels", "0.5", "--except", "conv*").succeeded()
    shapes = {i.name: tuple(i.dims) for i in onnx.load(output).graph.initializer}
    assert shapes["conv2.weight"] == (32, 16, 3, 3)
    assert shapes["hidden.weight"][0] == 32
