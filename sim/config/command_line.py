"""A command line becomes what is to be run: Hydra composes, `CommandLine` collects."""

import contextlib
import dataclasses
import difflib
import io
import os
import re
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import hydra
from hydra.core.global_hydra import GlobalHydra
from hydra.errors import HydraException

from sim.config.reading import spec_of, with_values, without_hydra
from sim.config.schema import CONF, PLUGIN, SOURCE, explain, register
from sim.errors import InputError
from sim.execute.execution import OPTIONS, in_array
from sim.files.brought import content_of
from sim.study.spec import StudySpec, own_folder

RUNS = Path("runs")
FULL_ERROR = "HYDRA_FULL_ERROR"
MOST_POINTS = 20_000
"""A sweep of more points than this has to be confirmed."""
NEVER_POINTS = 1_000_000
"""A sweep of more points than this is not run, whoever confirms it."""
PATHS = ("study.dir", "study.scenarios", "study.ports_table")
NAMES_OR_PATHS = ("smuggling.network", "design.table")
"""A name of the project's own, or a path; several of them, with commas, are swept over."""
FLAGS = ("-m", "--multirun", "-h", "--help", "--hydra-help", "--version", "--resolve")
WITH_WORD = ("-c", "--cfg", "-i", "--info", "-p", "--package", "-cd", "--config-dir")
SHOWS = ("-c", "--cfg")
CHOICES = {
    **dict.fromkeys(SHOWS, ("job", "hydra", "all")),
    **dict.fromkeys(
        ("-i", "--info"), ("all", "config", "defaults", "defaults-tree", "plugins", "searchpath")
    ),
}
_NAME = re.compile(r"[+~]{0,2}\w[\w@/:-]*(\.[\w@/:-]+)*")
_ALIAS = re.compile(rb"(?m)^[^#\n]*?(?:^|[\s\[,:{-])\*\w")
LARGEST_BYTES = 1_000_000
LONGEST_NAME = 200
HYDRAS = ("hydra.searchpath",)
"""The only setting of Hydra's own that may be given: what else there is can run code."""


@dataclasses.dataclass
class CommandLine:
    """What is to be run, as it is composed.

    Attributes
    ----------
    specs : list of StudySpec
        One, or one for each point of a sweep.
    words : list of sequence of str
        The overrides that made each point of a sweep.
    """

    specs: list[StudySpec] = dataclasses.field(default_factory=list)
    words: list[Sequence[str]] = dataclasses.field(default_factory=list)
    expected: int = 1
    _plain: dict[str, Any] = dataclasses.field(default_factory=dict)
    _experiment: str | None = None
    _composed: Any = None

    def __call__(self, config: Any) -> None:
        """Do nothing where Hydra calls the program: the points of a sweep are taken one by one."""

    def take(self, config: Any) -> None:
        """Take the one configuration of a command without ``-m``, Hydra's own settings in it."""
        self._experiment = config.hydra.runtime.choices.get("experiment")
        self._composed = config

    def read(self) -> None:
        """Read the one configuration, where Hydra does not comment on what is wrong with it."""
        if self._composed is not None:
            self.specs.append(spec_of(without_hydra(self._composed), self._experiment))

    def expect(self, points: int) -> None:
        """Note how many points there will be, before the first is composed."""
        if points > NEVER_POINTS:
            many = f"{points:,}" if points < 1000 * NEVER_POINTS else "far too many"
            raise InputError(f"-m: {many} points are above {NEVER_POINTS:,}")
        self.expected = points

    def point(self, config: Any, words: Sequence[str], changed: Sequence[str] | None) -> None:
        """Take a point of a sweep: its configuration, with Hydra's own settings, and its overrides.

        ``changed`` has dotted names of the values that differ from the point before; None for any.
        """
        if changed is None:
            self._experiment = config.hydra.runtime.choices.get("experiment")
            self._plain = without_hydra(config)
        else:
            self._plain = with_values(self._plain, config, changed)
        spec = spec_of(self._plain, self._experiment)
        if not self.specs:
            self._confirm(spec)
        self.specs.append(spec)
        self.words.append(words)

    def _confirm(self, first: StudySpec) -> None:
        """Refuse more points than anyone would mean without saying so."""
        if self.expected > MOST_POINTS and not first.configuration["study"]["confirm"]:
            from sim.study.run import refusal  # imports all that runs a study

            raise refusal(self.expected, self.expected * first.replications, first)

    @property
    def swept(self) -> bool:
        """Whether these are the points of a sweep."""
        return bool(self.words)

    def in_folders(self, say: Callable[[str], object] = lambda line: None) -> Path:
        """Give the study a folder, or each point of a sweep one named after what makes it differ.

        Returns the folder of the store.
        """
        if not self.specs:
            return RUNS
        if not self.swept:
            self.specs = [own_folder(self.specs[0], say)]
            return self.specs[0].folder
        base = Path(self.specs[0].configuration["study"]["dir"] or RUNS / "sweep")
        shared = set.intersection(*map(set, self.words))
        named = [",".join(word for word in words if word not in shared) for words in self.words]
        named = [name.replace("/", "_") or "all" for name in named]
        if len(set(named)) < len(named) or max(map(len, named)) > 120:
            named = [f"{number:04d}" for number in range(len(named))]
        self.specs = [
            dataclasses.replace(spec, folder=base / name)
            for spec, name in zip(self.specs, named, strict=True)
        ]
        return base


def compose(words: Sequence[str]) -> CommandLine:
    """Have Hydra compose the configuration, or each point of a sweep; nothing is run yet.

    Raises
    ------
    InputError
        With field, value, bound and unit in one line.
    """
    if not CONF.is_dir():
        raise InputError(f"{CONF}: the folder of configurations is missing")
    register()
    command_line = CommandLine()
    flags, given = _in_order(in_array(words))
    _check_files(CONF)
    for folder in _searched([*flags, *given]):
        if not folder.is_dir():
            raise InputError(f"{folder}: there is no such folder to look for settings in")
        _check_files(folder)
    program = hydra.main(version_base="1.3", config_path=str(CONF), config_name="run")
    try:
        warnings.filterwarnings("error", module="hydra")
        if not flags:
            _compose_one(given, command_line)
        else:
            searched = [word for word in given if word.startswith(HYDRAS)]
            _compose_one(searched, CommandLine())  # what Hydra would act on is safe
            said = io.StringIO()
            with _as_hydra_reads([*flags, *given]), contextlib.redirect_stderr(said):
                program(command_line)()
    except SystemExit as error:  # how Hydra ends where it has printed what is wrong
        if error.code:
            lines = said.getvalue().splitlines()
            raise InputError(f"{SOURCE}: {next(iter(lines), 'cannot be shown')}") from None
    except Exception as error:  # this ran Hydra alone: whatever it raises is about the input
        if isinstance(error, (OSError, MemoryError)) and not isinstance(error, HydraException):
            raise
        raise InputError(explain(error)) from None
    command_line.read()
    if repeated := [("", line) for line in _repeated(given)]:
        command_line.specs = [
            dataclasses.replace(spec, warnings=(*repeated, *spec.warnings))
            for spec in command_line.specs
        ]
    return command_line


def _repeated(words: Sequence[str]) -> Iterator[str]:
    """What was given more than once, with other values, a line each: Hydra takes the last."""
    values: dict[str, list[str]] = {}
    for word in words:
        name, _, value = word.lstrip("+").partition("=")
        values.setdefault(name, []).append(value)
    for name, every in values.items():
        if len({*every}) > 1:
            first = " and ".join(dict.fromkeys(every[:-1]))
            yield f"{SOURCE}: {name} is given twice: {every[-1]} holds, {first} is not read"


def _searched(words: Sequence[str]) -> Iterator[Path]:
    """Folders besides the program's own in which Hydra is told to look for files of settings."""
    for flag, word in zip(["", *words], words, strict=False):
        if word.startswith(HYDRAS):
            for path in re.findall(r"[^\[\],'\" ]+", word.partition("=")[2]):
                if not path.startswith("pkg://"):
                    yield Path(path.removeprefix("file://"))
        elif flag in ("-cd", "--config-dir"):
            yield Path(word)


def _check_files(folder: Path) -> None:
    """Refuse files of settings that grow as they are read (aliases), and what is no file.

    Raises
    ------
    InputError
    """
    for group in ("", *(path.name for path in CONF.iterdir() if path.is_dir())):
        for path in sorted((folder / group).glob("*.yaml")):
            try:
                content = content_of(path, LARGEST_BYTES)
            except InputError as error:
                raise InputError(f"{path}: {error}") from None
            if alias := _ALIAS.search(content):
                line = content.count(b"\n", 0, alias.end()) + 1
                raise InputError(f"{path}: line {line}: an alias (*name): write the value out")


def _compose_one(words: Sequence[str], command_line: CommandLine) -> None:
    """Compose one configuration without running anything of Hydra's."""
    GlobalHydra.instance().clear()
    with hydra.initialize_config_dir(str(CONF), version_base="1.3", job_name="sim"):
        config = hydra.compose("run", list(words), return_hydra_config=True)
    settings = config.hydra
    changed = {
        "callbacks": bool(settings.callbacks),
        "job_logging": settings.job_logging.get("handlers") is not None,
        "hydra_logging": settings.hydra_logging.get("handlers") is not None,
        "job.env_set": bool(settings.job.env_set),
        "run.dir": settings.run.dir != ".",
        "launcher": not settings.launcher["_target_"].startswith("hydra._internal."),
        "sweeper": not settings.sweeper["_target_"].startswith(PLUGIN),
    }
    for name, is_changed in changed.items():
        if is_changed:
            raise InputError(f"{SOURCE}: hydra.{name} is set by a file: it could run code")
    command_line.take(config)


def _in_order(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Flags, wherever they stand, and what is left, with paths as the words that they are."""
    flags: list[str] = []
    given: list[str] = []
    left = [word for word in words if word.strip()]
    while left:
        word = left.pop(0)
        name = word.partition("=")[0]
        if word in FLAGS:
            flags.append(word)
        elif name in WITH_WORD:
            value = word.partition("=")[2] if "=" in word else left.pop(0) if left else ""
            known = CHOICES.get(name)
            if not value:
                raise InputError(f"{name}: give a word" + (f", {known[0]}" if known else ""))
            if known and value not in known:
                raise InputError(f"{name} {value!r} is not one of {', '.join(known)}")
            flags += [name, value]
        elif word.startswith("-"):
            near = difflib.get_close_matches(word, [*FLAGS, *WITH_WORD, *OPTIONS], n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise InputError(f"unknown option {word!r}{hint} (settings are NAME=VALUE)")
        elif len(name) > LONGEST_NAME:
            raise InputError(f"{SOURCE}: {name[:30]}... is no name: it has {len(name):,} letters")
        elif not _NAME.fullmatch(name) or ("=" not in word and not word.startswith("~")):
            raise InputError(f"{SOURCE}: {word!r} is not NAME=VALUE{_meant(word)}")
        elif not _is_text(word):
            raise InputError(f"{SOURCE}: {ascii(word)[1:-1]} is not text in UTF-8")
        elif "\0" in word:
            raise InputError(f"{SOURCE}: {name} holds a zero byte")
        elif name in PATHS and any(letter < " " for letter in word):
            raise InputError(f"{SOURCE}: {name} = {word!r}: a path of one line, please")
        elif name.lstrip("+~").startswith("hydra") and not word.startswith(HYDRAS):
            raise InputError(f"{SOURCE}: {name!r} cannot be set: of Hydra's own, only {HYDRAS[0]}")
        else:
            is_path = name in PATHS or (name in NAMES_OR_PATHS and "," not in word)
            given.append(_as_path(name, word) if is_path else word)
    for flag in ("-p", "--package", "--resolve"):
        if flag in flags and not set(SHOWS) & set(flags):
            raise InputError(f"{flag} is for --cfg job, which shows the configuration")
    return flags, given


def _meant(word: str) -> str:
    """What a word without a name stands for: an experiment, or a scenario to compare."""
    from sim.scenario.reading import names

    experiments = {path.stem: "experiment={}" for path in (CONF / "experiment").glob("*.yaml")}
    known = dict.fromkeys(names(), "compare=[{}]") | experiments
    near = difflib.get_close_matches(word, known, n=1)
    if not near:
        return ", such as experiment=headline"
    return f"; did you mean {known[near[0]].format(near[0])}?"


def _is_text(word: str) -> bool:
    """Whether the bytes of a word are UTF-8, as file names need not be."""
    try:
        word.encode()
    except UnicodeEncodeError:
        return False
    return True


def _as_path(name: str, word: str) -> str:
    """Quote a path for Hydra, to which commas, accents and brackets mean something."""
    path = word.partition("=")[2].strip()
    if path in ("", "null") or path[0] in "'\"":
        return word
    path = os.path.expanduser(path)
    if path.startswith("~"):
        raise InputError(f"{SOURCE}: {name} = {path}: there is no such user ({name}=./~ is a file)")
    path = re.sub(r"(\\*)('|$)", r"\1\1\2", path).replace("'", "\\'")
    return f"{name}='{path}'".replace("${", "\\${")


@contextlib.contextmanager
def _as_hydra_reads(words: Sequence[str]) -> Iterator[None]:
    """Put words where Hydra looks for them, and have it pass errors on instead of printing them."""
    argv, full_error = sys.argv, os.environ.get(FULL_ERROR)
    sys.argv, os.environ[FULL_ERROR] = [argv[0], *words], "1"
    try:
        yield
    finally:
        sys.argv = argv
        del os.environ[FULL_ERROR]
        if full_error is not None:
            os.environ[FULL_ERROR] = full_error
