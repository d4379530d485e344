"""Models through standard input and standard output."""

import io
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from support import BINARY, FIXTURES, MEBIBYTE, ROOT, one_object, process, run, run_program

sys.path.insert(0, str(ROOT / "Tools" / "fixtures"))

import wire  # noqa: E402

MODELS = FIXTURES / "models"
CNN = MODELS / "cnn.onnx"
FEEDS = ["pipe", "redirection"]


@pytest.fixture(scope="module")
def container(tmp_path_factory):
    """cnn.onnx as a container."""
    path = tmp_path_factory.mktemp("container") / "cnn.spm"
    run(CNN, path).succeeded()
    return path


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A model of 64 MB."""
    folder = tmp_path_factory.mktemp("large")
    source = random.Random(1)
    tensors = [
        wire.tensor(f"w{i}", [1 << 20], wire.INT32, wire.raw(source.randbytes(4 << 20)))
        for i in range(16)
    ]
    (folder / "model.onnx").write_bytes(wire.model(wire.graph([wire.weight(), *tensors])))
    return folder / "model.onnx"


def fed(feed, path, *arguments, **options):
    """A run whose standard input is a file, through a pipe or redirected."""
    if feed == "pipe":
        return process(*arguments, stdin=None, input=path.read_bytes(), **options)
    with open(path, "rb") as stream:
        return process(*arguments, stdin=stream, **options)


# MARK: the same bytes

@pytest.mark.parametrize("feed", FEEDS)
def test_a_model_from_standard_input_is_the_same_container(feed, container, tmp_path):
    done = fed(feed, CNN, "-", tmp_path / "a.spm")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "a.spm").read_bytes() == container.read_bytes()


@pytest.mark.parametrize("feed", FEEDS)
def test_both_ways_through_streams(feed, container):
    there = fed(feed, CNN, "-", "-", "--to", "spm")
    assert (there.returncode, there.stdout) == (0, container.read_bytes()), there.stderr
    back = fed(feed, container, "-", "-", "--to", "onnx")
    assert (back.returncode, back.stdout) == (0, CNN.read_bytes()), back.stderr


def test_standard_output_can_be_a_file(container, tmp_path):
    with open(tmp_path / "a.spm", "wb") as stream:
        done = process(CNN, "-", "--to", "spm", stdout=stream, capture_output=False)
    assert done.returncode == 0
    assert (tmp_path / "a.spm").read_bytes() == container.read_bytes()


def test_pruning_and_layouts_go_through_streams(tmp_path):
    for name, options in (("a", ["--sparsity", "0.5"]), ("b", ["--layout", "mapped"])):
        path = tmp_path / f"{name}.spm"
        run(CNN, path, *options).succeeded()
        done = process("-", "-", "--to", "spm", *options, stdin=None, input=CNN.read_bytes())
        assert done.stdout == path.read_bytes(), done.stderr


def test_a_stream_is_read_from_where_it_stands(container, tmp_path):
    (tmp_path / "padded").write_bytes(b"0123456789" + CNN.read_bytes())
    # dd reads the ten bytes exactly, so that the file's position is theirs.
    words = '{ dd bs=10 count=1 status=none >/dev/null; "$0" - - --to spm; } <"$1"'
    done = subprocess.run(
        ["bash", "-c", words, BINARY, tmp_path / "padded"], capture_output=True, check=True
    )
    assert done.stdout == container.read_bytes()


@pytest.mark.parametrize("feed", FEEDS)
def test_inspect_and_extract_read_standard_input(feed, container):
    for path in (CNN, container):
        whole = run("inspect", path, "--json").succeeded().stdout
        piped = fed(feed, path, "inspect", "-", "--json").stdout.decode()
        assert piped.replace('"file" : "-"', f'"file" : "{path.name}"') == whole
        done = fed(feed, path, "extract", "-", "--tensor", "hidden.weight", "-o", "-")
        assert done.returncode == 0, done.stderr
        assert np.load(io.BytesIO(done.stdout)).shape == (64, 512)


def test_an_extracted_tensor_on_standard_output_is_npy(tmp_path):
    run("extract", CNN, "--tensor", "conv1.weight", "-o", tmp_path / "w.npy").succeeded()
    done = process("extract", CNN, "--tensor", "conv1.weight", "-o", "-")
    assert done.stdout == (tmp_path / "w.npy").read_bytes()


def test_a_file_whose_name_is_a_dash_is_given_with_its_folder(container, tmp_path):
    shutil.copy(CNN, tmp_path / "-")
    run("./-", "./-.spm", cwd=tmp_path).succeeded()
    assert (tmp_path / "-.spm").read_bytes() == container.read_bytes()


# MARK: what cannot go through a stream

def refused(done, code, rule):
    assert done.returncode == code, done.stderr
    assert rule.encode() in done.stderr
    assert b"  hint: " in done.stderr
    return done


@pytest.mark.parametrize("feed", FEEDS)
def test_a_model_with_data_files_cannot_come_from_standard_input(feed, tmp_path):
    folder = MODELS / "cnn_external_each"
    done = fed(feed, folder / "model.onnx", "-", tmp_path / "a.spm", cwd=folder)
    refused(done, 66, "lies in no folder")
    assert os.listdir(tmp_path) == []


def test_a_container_with_shards_cannot_come_from_standard_input(tmp_path):
    run(CNN, tmp_path / "a.spm", "--shard-size", "50k").succeeded()
    done = fed("pipe", tmp_path / "a.spm", "-", tmp_path / "b.onnx", cwd=tmp_path)
    refused(done, 65, "E-SPM-011")
    assert not (tmp_path / "b.onnx").exists()


def test_several_files_cannot_go_to_standard_output(tmp_path):
    run(MODELS / "cnn_external_each" / "model.onnx", tmp_path / "a.spm").succeeded()
    for words in ([tmp_path / "a.spm", "-", "--to", "onnx"],
                  [CNN, "-", "--to", "spm", "--shard-size", "50k"]):
        assert refused(process(*words), 64, "E-STD-004").stdout == b""


def test_standard_output_needs_a_format():
    assert refused(process(CNN, "-"), 64, "E-KIT-001").stdout == b""
    assert b"--to" in process(CNN, "-").stderr


def test_standard_output_takes_one_thing():
    for words in ([CNN, "-", "--to", "spm"], ["extract", CNN, "--tensor", "conv1.weight", "-o", "-"]):
        done = process(*words, "--json")
        assert done.returncode == 64
        assert "standard output" in one_object(done.stdout.decode())["error"]["message"]


def test_the_output_is_never_appended_to_the_input(tmp_path):
    model = shutil.copy(CNN, tmp_path / "model.onnx")
    with open(model, "ab") as stream:
        done = process(model, "-", "--to", "spm", stdout=stream, stderr=subprocess.PIPE,
                       capture_output=False)
    refused(done, 73, "E-FILE-011")
    assert model.read_bytes() == CNN.read_bytes()


def test_broken_models_from_standard_input_are_told_by_that_name():
    for contents in (b"", b"PK\x03\x04" + bytes(100), CNN.read_bytes()[:1000]):
        done = process("-", "-", "--to", "spm", stdin=None, input=contents)
        assert (done.returncode, done.stdout) == (65, b"")
        assert done.stderr.startswith(b"sparsify: standard input: ")
    assert process("-", "-", "--to", "spm").returncode == 65, "an empty device"


# MARK: the temporary file

def test_the_copy_of_a_pipe_is_in_the_folder_of_temporary_files(tmp_path):
    environment = {**os.environ, "TMPDIR": str(tmp_path / "none")}
    done = fed("pipe", CNN, "inspect", "-", env=environment)
    refused(done, 73, "E-FILE-012")
    assert fed("redirection", CNN, "inspect", "-", env=environment).returncode == 0


def test_a_pipe_that_outgrows_the_disk_is_74():
    def limited():
        resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
    done = fed("pipe", CNN, "inspect", "-", preexec_fn=limited)
    refused(done, 74, "E-FILE-005")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_of_a_pipe(number, tmp_path):
    child = subprocess.Popen(
        [BINARY, "-", tmp_path / "a.spm"], stdin=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    child.stdin.write(bytes(1 << 20))
    child.stdin.flush()
    time.sleep(0.2)
    assert os.listdir(tmp_path) == [], "the copy has no name"
    child.send_signal(number)
    assert child.wait(timeout=10) == -number
    child.stdin.close()
    assert os.listdir(tmp_path) == []


def test_memory_does_not_grow_with_what_comes_through_a_pipe(large, tmp_path):
    words = 'cat "$1" | "$0" -q --threads 1 --level fast - "$2"'
    run_program(shutil.which("bash"), "-c", words, BINARY, large, tmp_path / "a.spm", memory=48 * MEBIBYTE).succeeded()


# MARK: readers that go away

def test_a_reader_that_goes_away_ends_the_conversion_quietly(large, tmp_path):
    words = (
        'set -o pipefail; "$0" "$1" - --to spm --level fast --report "$2/report.json" | head -c 1'
    )
    done = subprocess.run(
        ["bash", "-c", words, BINARY, large, tmp_path], capture_output=True, timeout=60
    )
    assert done.returncode == 128 + signal.SIGPIPE
    assert done.stderr == b""
    assert os.listdir(tmp_path) == [], "the report was begun, but nothing may stay of it"


def test_where_the_signal_is_ignored_a_lost_reader_is_an_error(large):
    words = 'trap "" PIPE; "$0" "$1" - --to spm --level fast | head -c 1; exit ${PIPESTATUS[0]}'
    done = subprocess.run(["bash", "-c", words, BINARY, large], capture_output=True, timeout=60)
    assert done.returncode == 74
    assert b"Broken pipe" in done.stderr


def test_a_signal_that_the_caller_ignores_stays_ignored(large, tmp_path):
    """As with nohup, and with interrupts of jobs in the background."""
    for number in (signal.SIGHUP, signal.SIGINT):
        child = subprocess.Popen(
            [BINARY, "-q", "-f", large, tmp_path / "a.spm"],
            preexec_fn=lambda number=number: signal.signal(number, signal.SIG_IGN),
        )
        time.sleep(0.2)
        child.send_signal(number)
        assert child.wait(timeout=60) == 0
