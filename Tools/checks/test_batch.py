"""Batches as a shell sees them: kills at any moment, broken inputs, shards, interrupts."""

import fcntl
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from support import BINARY, FIXTURES, ROOT, run, sha256

sys.path.insert(0, str(ROOT / "Tools" / "fixtures"))

import wire  # noqa: E402

MODELS = int(os.environ.get("SPARSIFY_BATCH_MODELS", "120"))
BROKEN = {
    "cut.onnx": 65, "empty.onnx": 65, "noise.onnx": 65, "far.onnx": 65, "bad.spm": 65,
}


def make_models(folder, count):
    """Small models that differ in their weights, in folders of a hundred."""
    sources = [FIXTURES / "models" / name for name in ("mlp.onnx", "lstm.onnx", "mlp_bf16.onnx")]
    contents = [path.read_bytes() for path in sources]
    for number in range(count):
        data = bytearray(contents[number % len(contents)])
        # In the middle of the weights.
        data[len(data) // 2:len(data) // 2 + 4] = number.to_bytes(4, "little")
        place = folder / f"{number // 100:02}" / f"model{number:05}.onnx"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)


def make_broken(folder):
    """Five files that cannot be converted."""
    whole = (FIXTURES / "models" / "mlp.onnx").read_bytes()
    (folder / "broken").mkdir()
    contents = {
        "cut.onnx": whole[:1000], "empty.onnx": b"", "noise.onnx": random.Random(1).randbytes(999),
        "far.onnx": whole + b"\x3a\xff\xff\xff\xff\x0f", "bad.spm": b"\x93SPM\r\n\x1a\n" + bytes(90),
    }
    assert contents.keys() == BROKEN.keys()
    for name, data in contents.items():
        (folder / "broken" / name).write_bytes(data)


@pytest.fixture
def zoo(tmp_path):
    make_models(tmp_path / "zoo", 12)
    return tmp_path


def plan(folder, *options, inputs=("zoo",), out="out", name="plan.jsonl"):
    run("batch", "plan", *inputs, "--out-dir", out, "-o", name, *options, cwd=folder).succeeded()
    return folder / name


def contents(folder):
    """Every file below a folder by its path, with its digest."""
    return {
        path.relative_to(folder).as_posix(): sha256(path)
        for path in sorted(folder.rglob("*")) if path.is_file()
    }


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def results(folder):
    return [line for line in lines(folder / "plan.results-1-of-1.jsonl") if "schema" not in line]


# MARK: the whole way

def test_a_batch_that_is_killed_again_and_again_ends_as_if_it_had_not_been(tmp_path):
    make_models(tmp_path / "zoo", MODELS)
    make_broken(tmp_path / "zoo")
    plan(tmp_path)
    plan(tmp_path, out="calm", name="calm.jsonl")
    calm = run("batch", "run", "calm.jsonl", "-j", "2", "--json", cwd=tmp_path, timeout=600)
    assert calm.code == 1
    expected = contents(tmp_path / "calm")
    assert len(expected) == MODELS

    chance = random.Random(20)
    counts = []
    for attempt in range(3):
        command = [BINARY, "batch", "run", "plan.jsonl", "-j", "2"] + ["--resume"] * (attempt > 0)
        process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.DEVNULL)
        wait_for_results(tmp_path, int(MODELS * (attempt / 5 + chance.uniform(0.05, 0.15))))
        if attempt == 1:
            kill_a_worker(process.pid)
        time.sleep(chance.uniform(0, 0.02))
        process.kill()
        assert process.wait() == -signal.SIGKILL, "the run was over before it was killed"
        counts.append(len(results(tmp_path)))
    done = run("batch", "run", "plan.jsonl", "-j", "2", "--resume", "--json", cwd=tmp_path,
               timeout=600)
    assert done.code == 1, done.stderr
    summary = json.loads(done.stdout)
    assert counts == sorted(counts) and summary["cached"] >= counts[-1] - len(BROKEN)
    assert (summary["done"], summary["failed"], summary["crashed"]) == (MODELS, len(BROKEN), 0)
    assert contents(tmp_path / "out") == expected
    assert not list(tmp_path.rglob("*.tmp")) and not list(tmp_path.rglob(".*"))

    ended = results(tmp_path)
    assert len(ended) == MODELS + len(BROKEN), "something was done twice"
    failed = {Path(line["input"]).name: line for line in ended if line["status"] == "failed"}
    assert {name: line["failure"]["exitCode"] for name, line in failed.items()} == BROKEN
    assert all(line["failure"]["code"].startswith("E-") for line in failed.values())
    assert all(line["sha256"] == expected[line["output"].removeprefix("out/")]
               for line in ended if line["status"] == "done")


def wait_for_results(folder, count):
    """Returns when at least so many tasks have ended: how long that takes differs from run to run."""
    deadline = time.monotonic() + 300
    path = folder / "plan.results-1-of-1.jsonl"
    while not path.exists() or path.read_bytes().count(b"\n") <= count:
        assert time.monotonic() < deadline, f"{count} tasks have not ended"
        time.sleep(0.002)


def workers(pid):
    """The children of a process."""
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True)
    return [int(word) for word in found.stdout.split()]


def kill_a_worker(pid):
    """Kills a child of a process, if one happens to be there within a second."""
    for _ in range(100):
        for child in workers(pid):
            try:
                os.kill(child, signal.SIGKILL)
                return
            except ProcessLookupError:
                continue
        time.sleep(0.01)


def test_merged_results_do_not_depend_on_the_course_of_things(zoo):
    make_broken(zoo / "zoo")
    plan(zoo)
    assert run("batch", "run", "plan.jsonl", "-j", "3", cwd=zoo).code == 1
    assert run("batch", "merge", "plan.jsonl", "-o", "whole.jsonl", cwd=zoo).code == 1
    (zoo / "plan.results-1-of-1.jsonl").unlink()
    for number in (3, 1, 2):
        run("batch", "run", "plan.jsonl", "--shard", f"{number}/3", "-f", cwd=zoo)
    assert run("batch", "merge", "plan.jsonl", "-o", "parts.jsonl", cwd=zoo).code == 1
    assert (zoo / "parts.jsonl").read_bytes() == (zoo / "whole.jsonl").read_bytes()
    order = [line["output"] for line in lines(zoo / "plan.jsonl")[1:]]
    assert [line["output"] for line in lines(zoo / "whole.jsonl")[1:]] == order


def test_a_plan_moves_with_its_folder(zoo, tmp_path_factory):
    plan(zoo, "--convert", "--sparsity", "50%")
    assert str(zoo) not in (zoo / "plan.jsonl").read_text()
    other = tmp_path_factory.mktemp("other") / "moved"
    zoo.rename(other)
    done = run("batch", "run", other / "plan.jsonl", "-j", "2", "--json").succeeded()
    assert json.loads(done.stdout)["done"] == 12
    run(other / "zoo/00/model00000.onnx", other / "single.spm", "--sparsity", "50%").succeeded()
    assert sha256(other / "single.spm") == sha256(other / "out/00/model00000.spm")


def test_a_plan_on_standard_output_is_the_plan_of_this_folder(zoo):
    printed = run("batch", "plan", "zoo", "--out-dir", "out", cwd=zoo).succeeded()
    plan(zoo)
    assert printed.stdout == (zoo / "plan.jsonl").read_text()
    header, *tasks = lines(zoo / "plan.jsonl")
    assert header["schema"] == "sparsify/batch-plan/1" and header["tasks"] == len(tasks) == 12
    assert all(task["bytes"] > 0 and task["memory"] > task["bytes"] for task in tasks)


def test_external_data_comes_back_in_a_batch(tmp_path):
    (tmp_path / "zoo").mkdir()
    for name in ("cnn_external.onnx", "cnn_external.onnx.data"):
        (tmp_path / "zoo" / name).write_bytes((FIXTURES / "models" / name).read_bytes())
    plan(tmp_path)
    run("batch", "run", "plan.jsonl", cwd=tmp_path).succeeded()
    plan(tmp_path, "--convert", "--to", "onnx", inputs=("out",), out="back", name="back.jsonl")
    assert lines(tmp_path / "back.jsonl")[1]["dataFiles"] == ["cnn_external.onnx.data"]
    run("batch", "run", "back.jsonl", cwd=tmp_path).succeeded()
    assert contents(tmp_path / "back") == contents(tmp_path / "zoo")
    with (tmp_path / "zoo" / "cnn_external.onnx.data").open("r+b") as data:
        data.write(b"changed")
    changed = run("batch", "run", "plan.jsonl", "--resume", "--json", cwd=tmp_path)
    assert changed.code == 1
    assert json.loads(changed.stdout)["failures"][0]["code"] == "E-BATCH-009"


# MARK: ends

@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_workers_end_with_their_batch_and_nothing_is_left(number, tmp_path):
    """One slow conversion at a time: it is at work when the batch ends."""
    (tmp_path / "zoo").mkdir()
    weights = random.Random(1).randbytes(60 << 20)
    tensor = wire.tensor("w", [15 << 20], wire.FLOAT, wire.raw(weights))
    (tmp_path / "zoo" / "a.onnx").write_bytes(wire.model(wire.graph([tensor])))
    plan(tmp_path, "--convert", "--level", "small")
    process = subprocess.Popen([BINARY, "batch", "run", "plan.jsonl"], cwd=tmp_path)
    deadline = time.monotonic() + 30
    while not list((tmp_path / "out").glob(".*.tmp")):
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.01)
    children = workers(process.pid)
    assert len(children) == 1
    process.send_signal(number)
    assert process.wait(10) == -number
    while os.path.exists(f"/proc/{children[0]}"):
        assert time.monotonic() < deadline, "the worker lives on"
        time.sleep(0.01)
    assert list((tmp_path / "out").iterdir()) == []
    assert run("batch", "run", "plan.jsonl", cwd=tmp_path).code == 73
    run("batch", "run", "plan.jsonl", "--resume", cwd=tmp_path).succeeded()


def test_what_a_killed_worker_left_goes_when_the_batch_goes_on(zoo):
    plan(zoo)
    out = zoo / "out" / "00"
    out.mkdir(parents=True)
    for name in (".model00001.spm.0abc.tmp", ".mine.tmp", ".other.spm.0abc.tmp"):
        (out / name).write_bytes(b"x")
    run("batch", "run", "plan.jsonl", cwd=zoo).succeeded()
    assert sorted(path.name for path in out.glob(".*")) == [".mine.tmp", ".other.spm.0abc.tmp"]


def test_a_second_run_of_the_same_plan_waits_and_then_says_so(zoo):
    plan(zoo)
    with (zoo / "plan.results-1-of-1.jsonl").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        done = run("batch", "run", "plan.jsonl", "--json", cwd=zoo)
    assert done.code == 73
    assert json.loads(done.stdout)["error"]["code"] == "E-BATCH-008"


# MARK: the other commands

def test_status_and_report_say_what_is_done_and_what_failed(zoo):
    make_broken(zoo / "zoo")
    plan(zoo)
    before = run("batch", "status", "plan.jsonl", "--json", cwd=zoo).succeeded()
    assert json.loads(before.stdout)["remaining"] == 17
    run("batch", "run", "plan.jsonl", "--shard", "1/2", cwd=zoo)
    half = run("batch", "status", "plan.jsonl", "--json", cwd=zoo)
    status = json.loads(half.stdout)
    assert status["schema"] == "sparsify/batch-status/1"
    assert status["remaining"] == 8 and status["secondsLeft"] > 0
    run("batch", "run", "plan.jsonl", "--shard", "2/2", cwd=zoo)
    text = run("batch", "status", "plan.jsonl", cwd=zoo)
    assert text.code == 1 and text.stdout.startswith("12 of 17 done, 5 failed, ")
    report = run("batch", "report", "plan.jsonl", "--json", cwd=zoo)
    assert report.code == 1
    value = json.loads(report.stdout)
    assert value["schema"] == "sparsify/batch-report/1" and len(value["results"]) == 17
    assert value["summary"]["failed"] == 5
    table = run("batch", "report", "plan.jsonl", cwd=zoo).stdout
    assert table.count("| done |") == 12 and "| zoo/broken/cut.onnx |" in table
    merged = run("batch", "merge", "plan.jsonl", "-o", "m.jsonl", "--json", cwd=zoo)
    assert json.loads(merged.stdout)["schema"] == "sparsify/batch-merge/1"
    assert run("batch", "merge", "plan.jsonl", "-o", "m.jsonl", cwd=zoo).code == 73


@pytest.mark.parametrize("words", [
    ["plan", "zoo"], ["plan", "--out-dir", "o"],
    ["plan", "zoo", "--out-dir", "o", "--convert", "--level", "x"],
    ["plan", "zoo", "--out-dir", "o", "--convert", "--sparsity", "0.5", "--threshold", "1"],
    ["plan", "zoo", "--out-dir", "o", "--convert", "--threshold", "-1"],
    ["plan", "zoo", "--out-dir", "o", "--convert", "--report", "r.json"],
    ["plan", "zoo", "--out-dir", "o", "--convert", "extra.onnx"],
    ["plan", "zoo", "--out-dir", "o", "--convert", "--to", "none"],
    ["run", "p", "-j", "0"], ["run", "p", "--shard", "3/2"], ["run", "p", "--timeout", "0"],
    ["run", "p", "--retries", "-1"], ["merge", "p"], ["nothing"],
], ids=" ".join)
def test_wrong_use_is_told(words, zoo):
    done = run("batch", *words, cwd=zoo)
    assert (done.code, done.stdout) == (64, ""), done.stderr


def test_other_failures_have_their_exit_codes(zoo):
    (zoo / "empty").mkdir()
    (zoo / "bad.jsonl").write_text("{}\n")
    for words, code in (
        (["plan", "empty", "--out-dir", "o"], 66), (["plan", "none", "--out-dir", "o"], 66),
        (["plan", "zoo/*.none", "--out-dir", "o"], 66), (["run", "none.jsonl"], 66),
        (["run", "bad.jsonl"], 65), (["status", "bad.jsonl"], 65),
    ):
        done = run("batch", *words, cwd=zoo)
        assert done.code == code, done.stderr
    model = zoo / "zoo" / "00" / "model00000.onnx"
    (zoo / "model00000.onnx").write_bytes(model.read_bytes())
    same = run("batch", "plan", "model00000.onnx", model, "--out-dir", "o", "--json", cwd=zoo)
    assert same.code == 64 and json.loads(same.stdout)["error"]["code"] == "E-BATCH-003"


def test_equal_options_have_equal_keys_and_threads_do_not_count(zoo):
    def keys(*options):
        printed = run("batch", "plan", "zoo", "--out-dir", "out", "--convert", *options, cwd=zoo).stdout
        return [json.loads(line)["id"] for line in printed.splitlines()[1:]]

    usual = keys("--level", "fast")
    assert usual == keys("--level=fast", "--threads", "2") and len(set(usual)) == 12
    assert not set(usual) & set(keys("--level", "small"))


def test_a_missing_input_is_one_failure_of_many(zoo):
    plan(zoo)
    (zoo / "zoo" / "00" / "model00003.onnx").unlink()
    done = run("batch", "run", "plan.jsonl", "--memory", "2G", "-j", "2", "--json", cwd=zoo)
    summary = json.loads(done.stdout)
    assert (done.code, summary["done"], summary["failed"]) == (1, 11, 1)
