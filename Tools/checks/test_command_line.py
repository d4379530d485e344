"""The command as a shell sees it: exit codes, streams, file names, signals, full disks."""

import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from support import BINARY, FIXTURES, ROOT, one_object, process, run, sha256

sys.path.insert(0, str(ROOT / "Tools" / "fixtures"))

import wire  # noqa: E402

MODELS = FIXTURES / "models"
CNN = MODELS / "cnn.onnx"
NOBODY = 65534


@pytest.fixture
def model(tmp_path):
    """A model in a folder of its own."""
    folder = tmp_path / "in"
    folder.mkdir()
    return Path(shutil.copy(CNN, folder / "model.onnx"))


@pytest.fixture
def out(tmp_path):
    """An empty folder for outputs."""
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A model of 96 MB that takes a second or more to convert."""
    folder = tmp_path_factory.mktemp("large")
    source = random.Random(1)
    tensors = [
        wire.tensor(f"w{i}", [1 << 20], wire.INT32, wire.raw(source.randbytes(4 << 20)))
        for i in range(24)
    ]
    (folder / "model.onnx").write_bytes(wire.model(wire.graph([wire.weight(), *tensors])))
    return folder / "model.onnx"


# MARK: wrong use

WRONG = [
    [],
    ["extra.spm"],
    ["--no-such-option"],
    ["--sparsity"],
    ["--sparsity", "1.5"],
    ["--sparsity", "-0.1"],
    ["--sparsity", "nan"],
    ["--sparsity", "0,5"],
    ["--sparsity", "1e-1"],
    ["--sparsity", "0x1"],
    ["--sparsity", "101%"],
    ["--sparsity", ""],
    ["--sparsity", "1"],
    ["--sparsity", "100%"],
    ["--sparsity", "0.5", "--scope", "all"],
    ["--sparsity", "0.5", "--criterion", "nothing"],
    ["--sparsity", "0.5", "--seed", "-1"],
    ["--sparsity", "0.5", "--pattern", "2:4"],
    ["--sparsity", "0.5", "--threshold", "0.1"],
    ["--threshold", "0.1", "--pattern", "2:4"],
    ["--threshold", "-1"],
    ["--threshold", "nan"],
    ["--threshold", "inf"],
    ["--threshold", "0.1", "--criterion", "random"],
    ["--pattern", "4:4"],
    ["--pattern", "5:4"],
    ["--pattern", "0:4"],
    ["--pattern", "2x4"],
    ["--pattern", "2:4:8"],
    ["--pattern", "2:65"],
    ["--pattern", "99999999999999999999:4"],
    ["--block", "4x4"],
    ["--block", "4x4", "--pattern", "2:4"],
    ["--sparsity", "0.5", "--block", "0x4"],
    ["--sparsity", "0.5", "--block", "1x1"],
    ["--sparsity", "0.5", "--block", "9223372036854775807x2"],
    ["--sparsity", "0.5", "--block", "4"],
    ["--only", "op:Conv"],
    ["--except", "op:Conv"],
    ["--sparsity", "0.5", "--only", "size:>many"],
    ["--level", "huge"],
    ["--threads", "0"],
    ["--threads", "-1"],
    ["--threads", "1025"],
    ["--threads", "two"],
    ["--max-memory", "much"],
    ["--max-memory", "-1"],
    ["--max-memory", "1e9"],
]


@pytest.mark.parametrize("options", WRONG, ids=" ".join)
def test_wrong_use_is_told_and_does_nothing(options, model, out):
    output = [] if options == [] else [out / "a.spm"]
    done = run(model, *output, *options)
    assert done.code == 64, done.stderr
    assert done.stdout == ""
    assert done.stderr
    assert os.listdir(out) == []


@pytest.mark.parametrize("options", WRONG, ids=" ".join)
def test_wrong_use_is_one_json_object_when_asked_for(options, model, out):
    output = [] if options == [] else [out / "a.spm"]
    done = run(model, *output, "--json", *options)
    error = one_object(done.stdout)["error"]
    assert (done.code, error["exitCode"]) == (64, 64)
    assert re.fullmatch(r"E-[A-Z]+-\d{3}", error["code"])
    assert error["message"] and error["hint"]
    assert done.stderr == ""


@pytest.mark.parametrize(
    "words",
    [["inspect"], ["inspect", CNN, CNN], ["inspect", CNN, "--by", "x"], ["limits", "x"], ["--", CNN]],
    ids=lambda words: " ".join(map(str, words)).replace(str(MODELS), ""),
)
def test_wrong_use_of_a_subcommand(words):
    done = run(*words)
    assert (done.code, done.stdout) == (64, "")


@pytest.mark.parametrize("name", ["a", "a.txt", "a.spm.gz", "spm"])
def test_an_output_of_no_format_is_wrong_use(name, model, out):
    done = run(model, out / name)
    assert done.code == 64
    assert "E-KIT-001" in done.stderr
    assert os.listdir(out) == []


# MARK: the plain command line

PLAIN = [
    [],
    ["-q"],
    ["--quiet", "--force"],
    ["-f", "-f", "-q", "-q"],
    ["--threads", "2"],
    ["--threads", "1", "--threads", "3"],
    ["--threads", "+2"],
    ["--threads", "007"],
    ["--threads", "0"],
    ["--threads", "-2"],
    ["--threads", "two"],
    ["--threads", ""],
    ["--threads"],
    ["--threads=2"],
    ["-qf"],
    ["-v"],
    ["--json"],
    ["--no-color"],
    ["-"],
    ["--"],
    [""],
    ["third.spm"],
    ["help"],
    ["inspect"],
]


# In front, the name of a subcommand is no third file.
PLACES = [(place, options) for options in PLAIN for place in (0, 1, 2)
          if place > 0 or options not in (["help"], ["inspect"])]


@pytest.mark.parametrize("place, options", PLACES)
@pytest.mark.parametrize("input_name, output_exists", [
    ("model.onnx", False), ("model.onnx", True), ("missing.onnx", False)])
def test_a_line_means_the_same_with_the_name_of_convert(
        input_name, output_exists, place, options, model, out):
    """A plain line without that name does not reach the argument parser; one with it does."""
    words = [model.with_name(input_name), "out.spm"]
    words[place:place] = options

    def outcome(*before):
        output = out / "out.spm"
        output.unlink(missing_ok=True)
        if output_exists:
            output.write_bytes(b"older")
        done = run(*before, *words, cwd=out)
        timeless = [re.sub(r"\d+\.\d\d s", "... s", text) for text in (done.stdout, done.stderr)]
        return done.code, *timeless, output.read_bytes() if output.exists() else None

    assert outcome() == outcome("convert")


# MARK: exit codes of files

def test_bad_data_is_65(model, out):
    model.write_bytes(model.read_bytes()[:1000])
    assert run(model, out / "a.spm").code == 65
    assert os.listdir(out) == []


def test_no_input_is_66(model, out):
    for path in (model.parent / "none.onnx", model / "none.onnx", model.parent, "/dev/null"):
        done = run(path, out / "a.spm")
        assert done.code == 66, done.stderr
        assert run("inspect", path).code == 66
    assert os.listdir(out) == []


def test_an_existing_output_is_73_and_stays(model, out):
    target = out / "a.spm"
    target.write_bytes(b"older")
    before = target.stat()
    done = run(model, target)
    assert done.code == 73
    assert "-f" in done.stderr
    after = target.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    run("-f", model, target).succeeded()
    assert target.read_bytes() != b"older"
    assert os.listdir(out) == ["a.spm"]


def test_the_input_is_never_the_output(model):
    folder = model.parent
    (folder / "link.onnx").symlink_to(model)
    (folder / "hard.onnx").hardlink_to(model)
    before = sha256(model)
    for target in (model, folder / "." / "model.onnx", folder / "link.onnx", folder / "hard.onnx",
                   folder / ".." / "in" / "model.onnx"):
        for force in ([], ["-f"]):
            done = run(*force, model, target)
            assert done.code == 73, f"{target}: {done.stderr}"
    assert sha256(model) == before
    assert sorted(os.listdir(folder)) == ["hard.onnx", "link.onnx", "model.onnx"]


def test_a_place_that_cannot_hold_the_output_is_73(model, out):
    (out / "folder.spm").mkdir()
    (out / "dangling.spm").symlink_to(out / "none" / "x")
    for name in ("folder.spm", "none/a.spm", "dangling.spm", "n" * 252 + ".spm"):
        done = run("-f", model, out / name)
        assert done.code == 73, f"{name[:20]}: {done.stderr}"
    assert sorted(os.listdir(out)) == ["dangling.spm", "folder.spm"]


def test_a_link_stays_and_its_target_is_replaced(model, out):
    (out / "target.spm").write_bytes(b"older")
    (out / "link.spm").symlink_to("target.spm")
    run("-f", model, out / "link.spm").succeeded()
    assert (out / "link.spm").is_symlink()
    assert run("inspect", out / "target.spm").succeeded().stdout.startswith("spm")


def test_a_memory_budget_that_is_too_small_is_75(model, out):
    done = run(model, out / "a.spm", "--max-memory", "1M")
    assert done.code == 75
    assert os.listdir(out) == []
    run(model, out / "a.spm", "--max-memory", "256M").succeeded()


@pytest.fixture
def shared_folder():
    """A folder that everybody may enter, unlike those of pytest."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)


def test_a_missing_permission_is_77(shared_folder):
    user = NOBODY if os.geteuid() == 0 else None
    binary = Path(shutil.copy(BINARY, shared_folder / "sparsify"))
    model = Path(shutil.copy(CNN, shared_folder / "model.onnx"))
    secret = Path(shutil.copy(CNN, shared_folder / "secret.onnx"))
    secret.chmod(0)
    closed, opened = shared_folder / "closed", shared_folder / "open"
    closed.mkdir(mode=0o555)
    opened.mkdir()
    opened.chmod(0o777)
    for words in ([model, closed / "a.spm"], [secret, opened / "a.spm"], ["inspect", secret]):
        done = subprocess.run([binary, *words], user=user, capture_output=True)
        assert done.returncode == 77, done.stderr
    assert os.listdir(closed) == os.listdir(opened) == []


# MARK: streams

def test_a_conversion_says_one_line_on_standard_error(model, out):
    done = run(model, out / "a.spm").succeeded()
    assert done.stdout == ""
    assert re.fullmatch(r"[\d.]+ kB -> [\d.]+ kB, [\d.]+x smaller, [\d.]+ s\n", done.stderr)
    pruned = run(model, out / "b.spm", "--sparsity", "0.5").succeeded()
    assert "% of 38016 weights zero" in pruned.stderr


def test_quiet_is_silent(model, out):
    for words in ([model, out / "a.spm"], [model, out / "b.spm", "--sparsity", "0.5"]):
        done = run("-q", *words).succeeded()
        assert (done.stdout, done.stderr) == ("", "")
    failed = run("-q", model, out / "a.spm")
    assert failed.code == 73 and "E-FILE-010" in failed.stderr


def test_json_is_one_object_on_success_and_on_failure(model, out):
    report = one_object(run("--json", model, out / "a.spm", "--sparsity", "0.5").succeeded().stdout)
    assert report["schema"] == "sparsify/convert/1"
    assert report["outputBytes"] == (out / "a.spm").stat().st_size
    for words, code in (
        ([model, out / "a.spm"], 73), ([out / "none", out / "b.spm"], 66),
        ([FIXTURES / "malformed" / "A01-empty.onnx", out / "b.spm"], 65),
        ([model, out / "b.txt"], 64), (["inspect", out / "none"], 66),
    ):
        done = run(*words, "--json")
        assert done.stderr == ""
        assert done.code == code
        assert one_object(done.stdout)["error"]["exitCode"] == code


def test_help_shows_how_to_convert():
    for words in ([], ["--help"], ["-h"], ["help"]):
        done = run(*words).succeeded()
        assert "sparsify INPUT OUTPUT [options]" in done.stdout
        assert "inspect" in done.stdout and "limits" in done.stdout
        assert done.stderr == ""
    options = run("help", "convert").succeeded().stdout
    for option in ("--sparsity", "--pattern", "--block", "--only", "--level", "--report", "--dry-run"):
        assert option in options
    assert re.fullmatch(r"sparsify \d+\.\d+\.\d+\n", run("--version").succeeded().stdout)


def test_limits_are_printed():
    table = run("limits").succeeded().stdout
    limits = one_object(run("limits", "--json").succeeded().stdout)["limits"]
    assert len(limits) >= 8
    for name, value in limits.items():
        assert re.search(rf"{name} +{value} ", table), name


def test_no_colour_ever_reaches_a_pipe(model, out):
    for variables in ({"NO_COLOR": "1"}, {}, {"TERM": "xterm-256color", "COLUMNS": "1"}):
        environment = {**os.environ, **variables}
        for words in (["inspect", model], [model, out / "a.spm", "-f", "-v"], ["--no-color", model]):
            done = process(*words, env=environment)
            assert b"\x1b" not in done.stdout + done.stderr


def test_an_empty_environment_is_enough(model, out):
    assert process(model, out / "a.spm", env={}).returncode == 0


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_closed_streams_do_not_reach_the_output(closed, model, out):
    run(model, out / "whole.spm").succeeded()
    words = f'"$0" "$1" "$2" -v --sparsity 0 {closed}'
    run(model, out / "pruned.spm", "--sparsity", "0").succeeded()
    done = subprocess.run(["bash", "-c", words, BINARY, model, out / "a.spm"], timeout=60)
    assert done.returncode == 0
    assert sha256(out / "a.spm") == sha256(out / "pruned.spm")
    words = f'"$0" --json "$1" "$2" {closed}'
    subprocess.run(["bash", "-c", words, BINARY, model, out / "b.spm"], timeout=60, check=True)
    assert sha256(out / "b.spm") == sha256(out / "whole.spm")


def test_a_reader_that_goes_away_is_no_crash(model):
    done = subprocess.run(
        ["bash", "-c", '"$0" inspect "$1" --all --sparsity | true; exit ${PIPESTATUS[0]}', BINARY, model],
        capture_output=True,
    )
    assert done.returncode in (0, 128 + signal.SIGPIPE)
    assert done.stderr == b""


# MARK: outputs beside the model

def test_a_dry_run_writes_nothing(model, out):
    done = run("-n", model, out / "a.spm", "--sparsity", "0.5").succeeded()
    assert done.stderr.startswith("dry run: ")
    assert os.listdir(out) == []
    real = one_object(run("--json", model, out / "a.spm").succeeded().stdout)
    planned = one_object(run("--json", "-n", "-f", model, out / "a.spm").succeeded().stdout)
    assert planned.pop("isDryRun") and not real.pop("isDryRun")
    assert planned == real


def test_a_report_is_what_json_prints(model, out):
    report = out / "report.json"
    done = run("--json", model, out / "a.spm", "--report", report, "--sparsity", "0.5").succeeded()
    assert report.read_text() == done.stdout


def test_a_report_in_the_way_stops_before_the_work(model, out):
    (out / "report.json").write_text("older")
    for report in (out / "report.json", out / "none" / "report.json", out):
        done = run(model, out / "a.spm", "--report", report)
        assert done.code == 73, done.stderr
    assert os.listdir(out) == ["report.json"]
    assert (out / "report.json").read_text() == "older"


def test_a_report_never_replaces_a_model(model, out):
    before = sha256(model)
    target = out / "a.spm"
    done = run("-f", model, target, "--report", model)
    assert (done.code, sha256(model)) == (73, before)
    run(model, target).succeeded()
    whole = sha256(target)
    for report in (target, out / "." / "a.spm"):
        assert run("-f", model, target, "--report", report).code == 73
        assert sha256(target) == whole
    target.unlink()
    # A new output is there before the report is: it stays.
    done = run("-f", model, target, "--report", out / "." / "a.spm")
    assert (done.code, sha256(target)) == (73, whole)


def test_outputs_can_be_devices_and_pipes(model, out):
    run(model, out / "whole.spm").succeeded()
    (out / "null.spm").symlink_to("/dev/null")
    run(model, out / "null.spm").succeeded()
    os.mkfifo(out / "pipe.spm")
    with subprocess.Popen(["cat", out / "pipe.spm"], stdout=subprocess.PIPE) as reader:
        run(model, out / "pipe.spm").succeeded()
        assert reader.stdout.read() == (out / "whole.spm").read_bytes()
    assert sorted(os.listdir(out)) == ["null.spm", "pipe.spm", "whole.spm"]
    assert Path("/dev/null").is_char_device()


@pytest.mark.parametrize("mask, mode", [(0o022, 0o644), (0o077, 0o600), (0, 0o666), (0o777, 0)])
def test_the_output_has_the_usual_mode(mask, mode, model, out):
    done = process(model, out / "a.spm", umask=mask)
    assert done.returncode == 0
    assert (out / "a.spm").stat().st_mode & 0o777 == mode


# MARK: names

@pytest.mark.parametrize(
    "name",
    ["a b", "a\nb", "a\tb", "-x", "--json", "naïve", "ひ", "a\u202eb", "\x1b[31m", "n" * 250, "'\"$`*?"],
    ids=ascii,
)
def test_any_name_works(name, tmp_path):
    source, target = f"./{name}.onnx"[:255], f"./{name}.spm"
    shutil.copy(CNN, tmp_path / source)
    run(source, target, cwd=tmp_path).succeeded()
    run("-f", target, source + ".onnx" if len(name) < 200 else "back.onnx", cwd=tmp_path).succeeded()
    report = run("inspect", target, "--json", cwd=tmp_path).succeeded()
    assert one_object(report.stdout)["report"]["format"] == "spm"
    failed = run(source, target, cwd=tmp_path)
    assert failed.code == 73
    lines = failed.stderr.splitlines()
    assert len(lines) == 2 and lines[0].startswith("sparsify: ./") and lines[1].startswith("  hint: ")
    assert "\x1b" not in failed.stderr and "\u202e" not in failed.stderr
    assert one_object(run(source, target, "--json", cwd=tmp_path).stdout)["error"]["exitCode"] == 73


def test_names_after_two_dashes_are_no_options(tmp_path):
    shutil.copy(CNN, tmp_path / "-x.onnx")
    run("--", "-x.onnx", "-x.spm", cwd=tmp_path).succeeded()
    assert (tmp_path / "-x.spm").exists()


def test_a_name_that_is_no_utf_8_is_refused_in_one_line(model, out):
    """Such names cannot be given to the program yet; the answer must still be a clean one."""
    name = os.fsencode(model.parent) + b"/\xff\xfe.onnx"
    shutil.copy(model, name)
    done = process(name, out / "a.spm")
    assert done.returncode == 66
    first = done.stderr.splitlines()[0]
    assert first.startswith(b"sparsify: ") and b"\\u{fffd}" in first
    assert os.listdir(out) == []


def test_the_longest_path_works_and_a_longer_one_is_refused(model, out):
    def padded(path, length):
        folder, name = os.path.split(path)
        return folder + "/" + "./" * ((length - len(folder) - len(name) - 1) // 2) + name

    longest = 4095
    run(padded(model, longest), padded(out / "a.spm", longest)).succeeded()
    for length in (4200, 70_000):
        assert run(padded(model, length), out / "b.spm").code == 66
        assert run(model, padded(out / "b.spm", length)).code == 73
    assert os.listdir(out) == ["a.spm"]


# MARK: signals and full disks

def hanging_up_is_not_ignored():
    """Under nohup it is, and what a caller ignores stays ignored."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def started(folder, *arguments, **options):
    """A conversion that has written its first bytes."""
    options = {"preexec_fn": hanging_up_is_not_ignored, **options}
    child = subprocess.Popen(
        [BINARY, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options
    )
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        temporary = [path for path in folder.glob(".*.tmp") if path.stat().st_size > 0]
        if temporary or child.poll() is not None:
            break
        time.sleep(0.005)
    assert child.poll() is None, f"ended too early: {child.communicate()}"
    return child


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("older", [None, b"older"], ids=["new", "replaced"])
def test_a_signal_leaves_nothing_behind(number, older, large, out):
    target = out / "a.spm"
    if older:
        target.write_bytes(older)
    child = started(out, "-f", large, target, "--level", "small")
    child.send_signal(number)
    child.wait(timeout=10)
    assert child.returncode == -number, "the shell shows 128 and the signal's number"
    assert os.listdir(out) == (["a.spm"] if older else [])
    assert not older or target.read_bytes() == older
    assert child.stdout.read() == b""


def test_killing_at_any_time_leaves_the_old_output_or_the_new(large, out):
    target = out / "a.spm"
    run(large, target, "--level", "fast").succeeded()
    new = sha256(target)
    target.write_bytes(b"older")
    old = sha256(target)
    for delay in (0, 0.01, 0.05, 0.1, 0.2, 0.4):
        child = subprocess.Popen([BINARY, "-q", "-f", large, target, "--level", "fast"])
        time.sleep(delay)
        child.kill()
        child.wait()
        assert sha256(target) in (old, new)


def test_a_stopped_conversion_goes_on(large, out):
    child = started(out, "-q", large, out / "a.spm", "--level", "fast")
    child.send_signal(signal.SIGSTOP)
    time.sleep(0.05)
    child.send_signal(signal.SIGCONT)
    assert child.wait(timeout=60) == 0
    assert os.listdir(out) == ["a.spm"]


def test_an_input_that_changes_is_74(large, out):
    child = started(out, large, out / "a.spm")
    os.utime(large)
    _, words = child.communicate(timeout=60)
    assert child.returncode == 74
    assert b"E-FILE-006" in words
    assert os.listdir(out) == []


def limited(size):
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@pytest.mark.parametrize("size", [0, 1, 5000, 100_000])
@pytest.mark.parametrize("extension", ["spm", "onnx"])
def test_a_file_that_grows_too_large_is_74(size, extension, model, out):
    target = out / f"a.{extension}"
    target.write_bytes(b"older")
    done = process("-f", model, target, preexec_fn=limited(size))
    assert done.returncode == 74, done.stderr
    assert b"E-FILE-005" in done.stderr
    assert os.listdir(out) == [target.name]
    assert target.read_bytes() == b"older"


def test_a_full_device_is_74(model, out):
    (out / "full.spm").symlink_to("/dev/full")
    done = run(model, out / "full.spm")
    assert done.code == 74
    assert "No space left" in done.stderr


def test_a_full_disk_is_74_and_leaves_nothing(large, out):
    size = 1 << 20
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", out], capture_output=True
    )
    if mounted.returncode != 0:
        pytest.skip("may not mount a small disk; RLIMIT_FSIZE is checked instead")
    try:
        done = run(large, out / "a.spm")
        assert done.code == 74, done.stderr
        assert os.listdir(out) == []
    finally:
        subprocess.run(["umount", out], check=True)


def test_two_writers_leave_one_whole_output(large, tmp_path, out):
    children = [
        subprocess.Popen([BINARY, "-q", "-f", large, out / "a.spm", "--level", level])
        for level in ("fast", "fast", "balanced")
    ]
    assert [child.wait(timeout=120) for child in children] == [0, 0, 0]
    assert os.listdir(out) == ["a.spm"]
    run(out / "a.spm", tmp_path / "back.onnx").succeeded()
    assert sha256(tmp_path / "back.onnx") == sha256(large)


@pytest.mark.parametrize("limit, value", [
    (resource.RLIMIT_NOFILE, 16), (resource.RLIMIT_STACK, 256 << 10), (resource.RLIMIT_CORE, 0),
])
def test_small_limits_of_the_system_are_enough(limit, value, out):
    done = process(
        MODELS / "cnn_external_each" / "model.onnx", out / "a.spm",
        preexec_fn=lambda: resource.setrlimit(limit, (value, value)),
    )
    assert done.returncode == 0, done.stderr
    done = process(
        out / "a.spm", out / "b.onnx",
        preexec_fn=lambda: resource.setrlimit(limit, (value, value)),
    )
    assert done.returncode == 0, done.stderr


def test_many_small_tensors_take_time_in_proportion(out):
    source = random.Random(2)
    tensors = [
        wire.tensor(f"w{i}", [1, 16], wire.FLOAT, wire.raw(source.randbytes(64))) for i in range(40_000)
    ]
    model = out / "many.onnx"
    model.write_bytes(wire.model(wire.graph([wire.weight(), *tensors])))
    run(model, out / "a.spm", timeout=8).succeeded()
    run("inspect", out / "a.spm", timeout=8).succeeded()
    run(out / "a.spm", out / "back.onnx", timeout=8).succeeded()
    assert sha256(out / "back.onnx") == sha256(model)


# MARK: inspect

@pytest.mark.parametrize("by", ["layer", "operator", "dtype", "encoding"])
def test_inspect_adds_up_by_anything(by, model, out):
    container = out / "a.spm"
    run(model, container, "--sparsity", "0.5").succeeded()
    for path in (model, container):
        done = run("inspect", path, "--by", by).succeeded()
        assert done.stderr == ""
        assert re.search(rf"^{by} +tensors +elements +bytes +share", done.stdout, re.MULTILINE)
        both = one_object(run("inspect", path, "--by", by, "--json").succeeded().stdout)
        rows, tensors = both["breakdown"]["rows"], both["report"]["tensors"]
        assert both["breakdown"]["key"] == by
        for column in ("bytes", "elements"):
            assert sum(row[column] for row in rows) == sum(tensor[column] for tensor in tensors)
        assert sum(row["tensors"] for row in rows) == len(tensors)
        for row in rows:
            assert row["name"] in done.stdout


def test_inspect_counts_zeros_only_when_asked(model, out):
    container = out / "a.spm"
    run(model, container, "--sparsity", "0.5").succeeded()
    rows = one_object(run("inspect", container, "--json").succeeded().stdout)["report"]["tensors"]
    assert not any("zeros" in row for row in rows)
    counted = one_object(run("inspect", container, "--sparsity", "--json").succeeded().stdout)
    hidden = next(row for row in counted["report"]["tensors"] if row["name"] == "hidden.weight")
    assert hidden["zeros"] == hidden["elements"] / 2
    assert counted["report"]["history"][0]["action"] == "prune"
    table = run("inspect", container, "--sparsity").succeeded().stdout
    assert re.search(r"sparsity$", table, re.MULTILINE)
    assert "49.9 %" in table, "half of the weights and none of the biases"
    assert "prune: criterion magnitude" in table


def test_inspect_shows_the_largest_rows_and_all_when_asked(out):
    tensors = [wire.tensor(f"w{i}", [40], wire.FLOAT, wire.raw(bytes(160))) for i in range(30)]
    nodes = [wire.node("Add", ["x", f"w{i}"], [f"y{i}"], name=f"n{i}") for i in range(30)]
    path = out / "many.onnx"
    path.write_bytes(wire.model(wire.graph(tensors, nodes)))
    assert "and 10 more (--all shows them)" in run("inspect", path).succeeded().stdout
    everything = run("inspect", path, "--all").succeeded().stdout
    assert all(re.search(rf"^n{i} ", everything, re.MULTILINE) for i in range(30))
