"""What a person at a terminal sees: colour, progress, hints, and no bytes that are no text."""

import os
import pty
import random
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from fcntl import ioctl

import pytest

from support import BINARY, FIXTURES, RUNTIME, ROOT

sys.path.insert(0, str(ROOT / "Tools" / "fixtures"))

import wire  # noqa: E402

CNN = FIXTURES / "models" / "cnn.onnx"
PLAIN = {"PATH": os.environ["PATH"], "TERM": "xterm-256color"}
ESCAPE = "\x1b"
RED = "\x1b[31m"


class Screen:
    """A terminal of so many columns, on some streams of a run; the others are pipes."""

    def __init__(
        self, *words, on=("stdout", "stderr"), columns=100, cwd=None, halting=False, **environment
    ):
        leader, follower = pty.openpty()
        ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL,
                   "stderr": subprocess.DEVNULL, **dict.fromkeys(on, follower)}
        child = subprocess.Popen([BINARY, *words], env={**PLAIN, **environment}, cwd=cwd, **streams)
        os.close(follower)
        self.text = self._read(leader, child if halting else None).replace("\r\n", "\n")
        os.close(leader)
        self.code = child.wait(timeout=60)

    @staticmethod
    def _read(leader, halted):
        """What is shown until the program has gone; `halted` runs for 20 ms in each 120."""
        shown = b""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if halted and not select.select([leader], [], [], 0.02)[0]:
                halted.send_signal(signal.SIGSTOP)
                time.sleep(0.1)
                halted.send_signal(signal.SIGCONT)
                continue
            if not select.select([leader], [], [], 60)[0]:
                break
            try:
                piece = os.read(leader, 1 << 16)
            except OSError:
                break
            if not piece:
                break
            shown += piece
        return shown.decode(errors="backslashreplace")

    @property
    def bars(self):
        """The progress bar as it was drawn, one after the other."""
        return [bar for bar in re.findall(r"\r([^\r\n\x1b]*)\x1b\[K", self.text) if bar]


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A model that takes a fraction of a second at the level small."""
    folder = tmp_path_factory.mktemp("large")
    source = random.Random(1)
    values = b"".join(struct.pack("<f", source.gauss(0, 1)) for _ in range(1 << 20))
    tensors = [
        wire.tensor(f"w{i}", [1 << 20], wire.FLOAT, wire.raw(bytes([i, 0, 0, 0]) + values[4:]))
        for i in range(8)
    ]
    (folder / "model.onnx").write_bytes(wire.model(wire.graph([wire.weight(), *tensors])))
    return folder / "model.onnx"


def slow(large, tmp_path, *options, **screen):
    """A conversion that takes long enough for a bar on a machine of any speed."""
    words = [large, tmp_path / "a.spm", "-f", "--level", "small", "--threads", "1", *options]
    return Screen(*words, halting=True, **screen)


# MARK: colour

@pytest.mark.parametrize("variables, options, is_red", [
    ({}, [], True),
    ({"NO_COLOR": ""}, [], True),
    ({"NO_COLOR": "1"}, [], False),
    ({"NO_COLOR": "0"}, [], False),
    ({"TERM": "dumb"}, [], False),
    ({}, ["--no-color"], False),
    ({"FORCE_COLOR": "1"}, ["--no-color"], False),
    ({"FORCE_COLOR": "1", "TERM": "dumb"}, [], True),
    ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, [], True),
    ({"FORCE_COLOR": ""}, [], True),
], ids=str)
def test_colour_on_a_terminal(variables, options, is_red):
    shown = Screen("inspect", "none.onnx", *options, **variables)
    assert shown.code == 66
    assert (RED in shown.text) == is_red
    assert (ESCAPE in shown.text) == is_red
    assert "none.onnx: no such file [E-FILE-001]" in shown.text, "words say it without colour"


@pytest.mark.parametrize("variables, is_red", [
    ({}, False), ({"FORCE_COLOR": "1"}, True), ({"FORCE_COLOR": ""}, False),
    ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, True),
], ids=str)
def test_colour_in_a_pipe(variables, is_red):
    done = subprocess.run(
        [BINARY, "inspect", "none.onnx"], env={**PLAIN, **variables}, capture_output=True, text=True
    )
    assert (RED in done.stderr) == is_red


def test_each_stream_has_its_own_colour():
    """Talk into a file has none, though data goes to a terminal."""
    done = Screen("inspect", "none.onnx", on=("stderr",))
    assert RED in done.text
    reader, writer = os.pipe()
    leader, follower = pty.openpty()
    child = subprocess.Popen(
        [BINARY, "inspect", "none.onnx"], stdout=follower, stderr=writer, env=PLAIN
    )
    os.close(writer)
    child.wait(timeout=60)
    with os.fdopen(reader) as pipe:
        assert ESCAPE not in pipe.read()
    os.close(leader)
    os.close(follower)


# MARK: progress

def test_progress_is_shown_with_rate_and_time_left_and_wiped(large, tmp_path):
    shown = slow(large, tmp_path)
    assert shown.code == 0
    assert len(shown.bars) >= 3
    pattern = r"converting \[(#*)(\.*)\] (\d+) %(  [\d.]+ [kMG]?B/s)?(  (\d+ (h|min) )?\d+ (s|min) left)?"
    shares = []
    for bar in shown.bars:
        found = re.fullmatch(pattern, bar)
        assert found, bar
        assert len(found[1] + found[2]) == 24
        assert bar.isascii()
        shares.append(int(found[3]))
    assert any("/s" in bar and "left" in bar for bar in shown.bars)
    assert shares == sorted(shares)
    assert "\r\x1b[K" in shown.text.partition(" -> ")[0], "wiped before the summary"
    assert shown.text.rstrip().splitlines()[-1].startswith("Next: ")


@pytest.mark.parametrize("options, screen", [
    (["-q"], {}), (["--json"], {}), ([], {"TERM": "dumb"}), ([], {"on": ("stdout",)}),
], ids=["quiet", "json", "dumb", "stderr in a pipe"])
def test_no_progress_where_it_is_not_wanted(options, screen, large, tmp_path):
    shown = slow(large, tmp_path, *options, **screen)
    assert shown.code == 0
    assert shown.bars == [] and ESCAPE not in shown.text


def test_no_progress_for_what_is_done_at_once(tmp_path):
    assert ESCAPE not in Screen(CNN, tmp_path / "a.spm").text


@pytest.mark.parametrize("columns, told", [(40, None), (20, None), (100, 40), (5, None)])
def test_progress_fits_the_terminal(columns, told, large, tmp_path):
    variables = {"COLUMNS": str(told)} if told else {}
    shown = slow(large, tmp_path, columns=columns, **variables)
    assert shown.bars
    assert max(len(bar) for bar in shown.bars) < (told or columns)


def test_an_unusable_width_is_no_width(large, tmp_path):
    shown = slow(large, tmp_path, columns=0, COLUMNS="wide")
    assert max(len(bar) for bar in shown.bars) < 80


# MARK: hints

def last_line(screen):
    assert screen.code == 0, screen.text
    return screen.text.splitlines()[-1]


def test_a_result_ends_with_the_next_command(tmp_path):
    shown = Screen("model.onnx", "a.spm", cwd=folder_of(tmp_path))
    assert last_line(shown) == "Next: sparsify inspect a.spm --by encoding"
    pruned = Screen("model.onnx", "it's b.spm", "--sparsity", "0.5", cwd=tmp_path)
    assert re.fullmatch(r"Next: sparsify (verify model\.onnx|inspect) 'it'\\''s b\.spm'.*", last_line(pruned))


def test_every_hint_runs(tmp_path):
    folder_of(tmp_path)
    for words in (["model.onnx", "a b.spm"], ["a b.spm", "b.onnx"], ["inspect", "a b.spm"],
                  ["model.onnx", "c.spm", "--sparsity", "0.5"], ["model.onnx", "d.onnx", "--channels", "0.5"]):
        hint = last_line(Screen(*words, cwd=tmp_path))
        assert hint.startswith("Next: sparsify ")
        command = hint.removeprefix("Next: sparsify ")
        subprocess.run(
            ["bash", "-c", f'"$0" {command}', BINARY], cwd=tmp_path, check=True, capture_output=True,
            env={**os.environ, "SPARSIFY_ONNXRUNTIME": str(RUNTIME)},
        )


@pytest.mark.parametrize("words, screen", [
    (["model.onnx", "a.spm", "-q"], {}), (["model.onnx", "a.spm", "--json"], {}),
    (["model.onnx", "a.spm", "-n"], {}), (["model.onnx", "a.spm"], {"on": ("stdout",)}),
    (["inspect", "model.onnx"], {"on": ("stdout",)}), (["inspect", "model.onnx", "--json"], {}),
    (["model.onnx", "-", "--to", "spm"], {"on": ("stderr",)}),
], ids=str)
def test_no_hint_for_programs(words, screen, tmp_path):
    assert "Next:" not in Screen(*words, cwd=folder_of(tmp_path), **screen).text


def folder_of(path):
    """The folder, with a model in it."""
    (path / "model.onnx").write_bytes(CNN.read_bytes())
    return path


# MARK: models and terminals

def test_a_model_is_not_shown_on_a_terminal():
    for words in ([CNN, "-", "--to", "spm"], ["extract", CNN, "--tensor", "conv1.weight", "-o", "-"]):
        shown = Screen(*words)
        assert shown.code == 73
        assert "E-STD-002" in shown.text and "-f" in shown.text
        assert len(shown.text) < 300
    forced = Screen("extract", CNN, "--tensor", "conv1.weight", "-o", "/dev/null", "-f")
    assert forced.code == 0


def test_a_model_is_shown_on_a_terminal_when_that_is_meant(tmp_path):
    model = wire.model(wire.graph([wire.tensor("w", [4], wire.FLOAT, wire.raw(b"TEXTtextTEXTtext"))]))
    (tmp_path / "model.onnx").write_bytes(model)
    shown = Screen("extract", "model.onnx", "--tensor", "w", "-o", "-", "-f", on=("stdout",), cwd=tmp_path)
    assert shown.code == 0
    assert "TEXTtextTEXTtext" in shown.text


def test_a_model_is_not_read_from_a_terminal(tmp_path):
    shown = Screen("-", tmp_path / "a.spm", on=("stdin", "stderr"))
    assert shown.code == 64
    assert "E-STD-001" in shown.text
