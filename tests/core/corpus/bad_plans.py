"""One sound plan, and everything people and machines do to spoil it.

Each case names the lines it replaces (an empty text deletes, a text may hold several lines)
and the problems expected, all of them: line and a phrase.
"""

from dataclasses import dataclass, field
from typing import Final

GOOD: Final = """\
schema: 1
title: Test plan
profile: novice
steps:
  - kind: warmup
    minutes: 3
    speed_kmh: 2.0
  - kind: repeat
    times: 2
    steps:
      - kind: reverse
        seconds: 60
        speed_kmh: 1.0
      - kind: rest
        seconds: 60
  - kind: walk
    minutes: 2
    speed_kmh: 2.0
    name: Easy walk
    cue: Walk forward.
  - kind: cooldown
    minutes: 3
    from_kmh: 2.0
    to_kmh: 1.0
"""

BOMB: Final = "\n".join(
    ["a0: &a0 [x, x]"] + [f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]" for i in range(1, 40)]
)


@dataclass(frozen=True, slots=True)
class Bad:
    """A spoilt plan."""

    name: str
    expected: tuple[tuple[int | None, str], ...]
    edits: dict[int, str] = field(default_factory=dict)
    whole: bytes | None = None
    """The file itself, where it is not an edit of the sound one."""

    @property
    def data(self) -> bytes:
        if self.whole is not None:
            return self.whole
        lines = GOOD.splitlines()
        for number, text in self.edits.items():
            lines[number - 1] = text
        return ("\n".join(line for line in lines if line) + "\n").encode()


def edit(name: str, edits: dict[int, str], *expected: tuple[int | None, str]) -> Bad:
    return Bad(name, expected, edits=edits)


def whole(name: str, text: str | bytes, *expected: tuple[int | None, str]) -> Bad:
    return Bad(name, expected, whole=text.encode() if isinstance(text, str) else text)


FILE: Final = (
    whole("empty", b"", (None, "the file is empty")),
    whole("only a comment", "# nothing\n", (None, "the file is empty")),
    whole("only null", "~\n", (None, "the file is empty")),
    whole("a list", "- kind: walk\n", (1, "this is not a plan")),
    whole("a word", "walk\n", (1, "this is not a plan")),
    whole("a number", "5\n", (1, "this is not a plan")),
    whole("not UTF-8", GOOD.encode() + b"# caf\xe9\n", (25, "not UTF-8")),
    whole("UTF-16", GOOD.encode("utf-16"), (1, "not UTF-8")),
    whole("a NUL", "schema: 1\ntitle: a\x00b\n", (2, "control character")),
    whole("larger than 64 KiB", GOOD + "#" * 65_536, (None, "larger than 64 KiB")),
    whole("a JPEG", b"\xff\xd8\xff\xe0\x00\x10JFIF", (1, "not UTF-8")),
    whole("two documents", GOOD + "---\n" + GOOD, (26, "a second document")),
    whole("YAML 1.1 asked for", "%YAML 1.1\n---\n" + GOOD, (2, "directive")),
    whole("directive of nonsense", "%YAML " + "9" * 5000 + ".1\n---\na: 1\n", (1, "not YAML")),
    whole("an unclosed bracket", "schema: 1\nsteps: [\n", (3, "not YAML")),
    whole("a tab for indentation", "schema: 1\nsteps:\n\t- kind: walk\n", (3, "not YAML")),
    whole("an unclosed quote", 'schema: 1\ntitle: "ab\n', (3, "not YAML")),
    whole("an escape beyond Unicode", 'schema: 1\ntitle: "\\UFFFFFFFF"\n', (2, "not YAML")),
    whole("nested without end", "[" * 60_000, (1, "nested too deeply")),
    whole("mapping without end", "{a: " * 15_000, (1, "nested too deeply")),
    whole("dashes without end", "- " * 30_000, (1, "nested too deeply")),
    whole("lines without end", "a:\n" * 16_000, (5000, "far more than a plan holds")),
    edit("wrong indentation", {7: "   speed_kmh: 2.0"}, (7, "not YAML")),
    edit("a colon too many", {2: "title: Week 1: slow"}, (2, "not YAML")),
)

YAML_FEATURES: Final = (
    edit("an anchor", {7: "    speed_kmh: &slow 2.0"}, (7, "an anchor")),
    edit(
        "an alias",
        {7: "    speed_kmh: &slow 2.0", 18: "    speed_kmh: *slow"},
        (7, "an anchor"),
        (18, "an alias"),
    ),
    edit("a merge key", {6: "    <<: {minutes: 3}"}, (5, "how long"), (6, "unknown key")),
    edit("a number tag", {7: "    speed_kmh: !!float 2"}, (7, "a tag")),
    edit("a Python tag", {2: "title: !!python/object:os.system x"}, (2, "a tag")),
    edit("a tag on a step list", {4: "steps: !!set"}, (4, "a tag")),
    edit("a key twice", {20: "    speed_kmh: 1.0"}, (20, "given twice, first on line 18")),
    edit("steps twice", {3: "steps: []"}, (3, "has no steps"), (4, "given twice")),
    edit("a tagged kind", {16: "  - kind: !walk walk"}, (16, "a tag")),
    edit("a tagged step", {16: "  - !step\n    kind: walk"}, (16, "a tag")),
    edit("a tagged file", {1: "!plan\nschema: 1"}, (1, "a tag")),
    edit("a key that is a list", {3: "? [a, b]\n: c"}, (3, "a key that is not a word")),
    edit("a key that is nothing", {3: ": c"}, (3, "a key that is not a word")),
)

HEADER: Final = (
    edit("no schema", {1: ""}, (1, "schema: is missing")),
    edit("schema of tomorrow", {1: "schema: 2"}, (1, "2 is not known")),
    edit("schema in quotes", {1: "schema: '1'"}, (1, '"1" is not known')),
    edit("schema true", {1: "schema: true"}, (1, "true is not known")),
    edit("schema with decimals", {1: "schema: 1.0"}, (1, "is not known")),
    edit("an unknown key", {3: "profil: novice"}, (3, "Did you mean `profile`?")),
    edit("an unknown profile", {3: "profile: child"}, (3, '"child" is not known')),
    edit("a number for a title", {2: "title: 7"}, (2, "7 is not a text")),
    edit("a date for a title is text", {2: "title: [2026-01-01]"}, (2, "is not a text")),
    edit("an empty title", {2: "title: ''"}, (2, "is empty")),
    edit("a long title", {2: "title: " + "x" * 61}, (2, "longer than 60")),
    edit("a title that clears the screen", {2: 'title: "\\e[2J"'}, (2, "control character")),
    edit("a key that clears the screen", {3: '"\\e[2J": 1'}, (3, "x1b[2J: unknown key")),
    edit("direction", {3: "direction: reverse"}, (3, "the kind says which way")),
    whole("no steps", "schema: 1\n", (1, "steps: is missing")),
    whole("steps of nothing", "schema: 1\nsteps:\n", (2, "nothing is not a list")),
    whole("steps empty", "schema: 1\nsteps: []\n", (2, "has no steps")),
    whole("steps as a mapping", "schema: 1\nsteps: {kind: walk}\n", (2, "is not a list")),
    whole("steps a word", "schema: 1\nsteps: walk\n", (2, '"walk" is not a list')),
)

STEP: Final = (
    edit("no kind", {16: "  - name: Amble", 19: ""}, (16, "kind: is missing")),
    edit("the kind as key", {16: "  - walk: 2 min", 19: ""}, (16, "Write `kind: walk`")),
    edit("kind misspelt", {16: "  - kind: wlak"}, (16, "Did you mean `walk`?")),
    edit("kind in capitals", {16: "  - kind: Walk"}, (16, "Did you mean `walk`?")),
    edit("kind unheard of", {16: "  - kind: sprint"}, (16, "Write one of warmup, walk")),
    edit("kind a number", {16: "  - kind: 5"}, (16, "5 is not a kind of step")),
    edit("kind a list", {16: "  - kind: [walk]"}, (16, "this is not a kind of step")),
    edit("a step that is a word", {16: "  - walk\n  - kind: walk"}, (16, "is not a step")),
    edit("a step that is nothing", {16: "  -\n  - kind: walk"}, (16, "nothing is not a step")),
    edit("a step that is a list", {16: "  - [walk]\n  - kind: walk"}, (16, "is not a step")),
    edit("a key misspelt", {18: "    sped_kmh: 2.0"}, (16, "how fast"), (18, "`speed_kmh`?")),
    edit("speed without unit", {18: "    speed: 2"}, (16, "how fast"), (18, "Say the unit")),
    edit("time without unit", {17: "    time: 2"}, (16, "how long"), (17, "`seconds` or")),
    edit("duration", {17: "    duration: 2"}, (16, "how long"), (17, "`seconds` or")),
    edit("incline without unit", {19: "    incline: 1"}, (19, "`incline_percent`")),
    edit("direction in a step", {19: "    direction: forward"}, (19, "the kind says")),
    edit("both speeds", {19: "    speed_mph: 1.2"}, (19, "speed_kmh and speed_mph")),
    edit("both times", {19: "    seconds: 120"}, (19, "seconds and minutes")),
    edit("no time", {17: ""}, (16, "does not say how long")),
    edit("no speed", {18: ""}, (16, "does not say how fast")),
    edit("half a ramp", {23: ""}, (23, "to_kmh do not say how fast")),
    edit("a ramp in two units", {24: "    to_mph: 1.0"}, (24, "from_kmh and to_mph")),
    edit(
        "a ramp and a speed",
        {24: "    to_kmh: 1.0\n    speed_kmh: 1.0"},
        (25, "speed_kmh and from_kmh and to_kmh"),
    ),
    edit(
        "a ramp in a walk",
        {18: "    from_kmh: 1.0\n    to_kmh: 2.0"},
        (16, "how fast"),
        (18, "unknown key"),
        (19, "unknown key"),
    ),
    edit("a resting speed", {15: "        seconds: 60\n        speed_kmh: 1"}, (16, "unknown key")),
    edit(
        "a resting incline",
        {15: "        seconds: 60\n        incline: 1"},
        (16, "Known here: kind, name, cue, seconds, minutes"),
    ),
    edit("a cue with a line break", {20: '    cue: "one\\ntwo"'}, (20, "line break")),
    edit("a cue of nothing", {20: "    cue:"}, (20, "nothing is not a text")),
    edit("a cue as a list", {20: "    cue: [walk]"}, (20, "this is not a text")),
    edit("a long cue", {20: "    cue: " + "x" * 201}, (20, "longer than 200")),
    edit("name a number", {19: "    name: 7"}, (19, "7 is not a text")),
)

NUMBER: Final = (
    edit("not a number", {18: "    speed_kmh: .nan"}, (18, '".nan" is not a number')),
    edit("infinite", {18: "    speed_kmh: .inf"}, (18, '".inf" is not a number')),
    edit("minus infinite", {18: "    speed_kmh: -.inf"}, (18, '"-.inf" is not a number')),
    edit("overflowing", {18: "    speed_kmh: 1e400"}, (18, '"1e400" is not a number')),
    edit("a bool", {18: "    speed_kmh: true"}, (18, "true is not a number")),
    edit("YAML 1.1's bool", {18: "    speed_kmh: yes"}, (18, '"yes" is not a number')),
    edit("nothing", {18: "    speed_kmh:"}, (18, "nothing is not a number")),
    edit("in quotes", {18: "    speed_kmh: '2.0'"}, (18, "without quotes")),
    edit("with its unit", {18: "    speed_kmh: 2 km/h"}, (18, "the unit is in the key")),
    edit("with a comma", {18: "    speed_kmh: 2,0"}, (18, "Use a point")),
    edit("negative", {18: "    speed_kmh: -2.0"}, (18, "-2 must be above 0")),
    edit("negative zero", {18: "    speed_kmh: -0.0"}, (18, "must be above 0")),
    edit("zero", {18: "    speed_kmh: 0"}, (18, "0 must be above 0")),
    edit("octal", {17: "    minutes: 02"}, (17, '"02" is not a number')),
    edit("hexadecimal", {17: "    minutes: 0x2"}, (17, '"0x2" is not a number')),
    edit("with underscores", {12: "        seconds: 6_0"}, (12, '"6_0" is not a number')),
    edit("sexagesimal", {17: "    minutes: 2:30"}, (17, "such as 90 or 1.5")),
    edit("a date", {17: "    minutes: 2026-01-01"}, (17, '"2026-01-01" is not a number')),
    edit("a list for a number", {17: "    minutes: [2]"}, (17, "this is not a number")),
    edit("a mapping", {17: "    minutes: {of: 2}"}, (17, "this is not a number")),
    edit("a thousand digits", {17: "    minutes: " + "9" * 1000}, (17, "is not a number")),
    edit("negative time", {12: "        seconds: -60"}, (12, "-60 must be above 0")),
    edit("half a second", {12: "        seconds: 60.5"}, (12, "not a whole number of seconds")),
    edit("a third of a minute", {17: "    minutes: 2.33"}, (17, "not a whole number of seconds")),
    edit("three decimals", {18: "    speed_kmh: 2.125"}, (18, "more than two decimals")),
    edit("negative incline", {19: "    incline_percent: -1"}, (19, "-1 is below 0")),
    edit("incline too fine", {19: "    incline_percent: 1.25"}, (19, "more than one decimal")),
    edit("a short step", {12: "        seconds: 4"}, (12, "4 s is outside 5 s to 30 min")),
    edit("a long step", {17: "    minutes: 31"}, (17, "31 min is outside 5 s to 30 min")),
    edit("a long step in seconds", {17: "    seconds: 1801"}, (17, "1801 s is outside")),
)

REPEAT: Final = (
    edit("no times", {9: ""}, (8, "repeat.times: is missing")),
    edit("times zero", {9: "    times: 0"}, (9, "0 is below 1")),
    edit("times negative", {9: "    times: -2"}, (9, "-2 is below 1")),
    edit("times too many", {9: "    times: 101"}, (9, "101 is above 100")),
    edit("times half", {9: "    times: 2.5"}, (9, "2.5 is not a whole number")),
    edit("times true", {9: "    times: true"}, (9, "true is not a whole number")),
    edit("times in quotes", {9: '    times: "2"'}, (9, "without quotes")),
    edit("times misspelt", {9: "    time: 2"}, (8, "is missing"), (9, "Did you mean `times`?")),
    edit("repeat with a name", {9: "    times: 2\n    name: Set"}, (10, "repeat.name: unknown")),
    edit(
        "a repeat of nothing",
        {10: "    steps: []", **dict.fromkeys(range(11, 16), "")},
        (10, "has no steps"),
    ),
    edit(
        "a repeat in a repeat",
        {14: "      - kind: repeat\n        times: 2\n        steps: []", 15: ""},
        (14, "a repeat inside a repeat"),
        (16, "has no steps"),
    ),
    edit(
        "a warmup that is repeated",
        {14: "      - {kind: warmup, minutes: 3, speed_kmh: 2.0}", 15: ""},
        (14, "cannot be repeated"),
        (14, "only the first step can be a warmup"),
    ),
)

LIMIT: Final = (
    edit(
        "backward too fast", {13: "        speed_kmh: 2.51"}, (13, "above the cap for walking back")
    ),
    edit("backward too fast in mph", {13: "        speed_mph: 1.56"}, (13, "2.52 km/h is above")),
    edit(
        "forward too fast", {18: "    speed_kmh: 5.01"}, (18, "above the cap for walking forward")
    ),
    edit("warm-up too fast", {7: "    speed_kmh: 5.01"}, (7, "above the cap")),
    edit("ramp too fast", {23: "    from_kmh: 5.01"}, (24, "5.01 km/h is above the cap")),
    edit("slower than a belt starts", {13: "        speed_kmh: 0.49"}, (13, "below the speed")),
    edit(
        "incline backward",
        {12: "        seconds: 60\n        incline_percent: 0.1"},
        (13, "above the limit"),
    ),
    edit("incline forward", {19: "    incline_percent: 1"}, (19, "cannot be driven")),
    edit("short warm-up", {6: "    seconds: 119"}, (6, "119 s is shorter than 2 min")),
    edit("short cooldown", {22: "    seconds: 119"}, (22, "119 s is shorter than 2 min")),
    edit(
        "long bout",
        {9: "    times: 1", 12: "        seconds: 601"},
        (12, "longer than a bout may be"),
    ),
    edit("much backward walking", {9: "    times: 13"}, (12, "13 min of backward walking in all")),
    edit(
        "a long session", {17: "    minutes: 30", 22: "    minutes: 8"}, (22, "45 min of session")
    ),
    edit(
        "too many steps",
        {
            9: "    times: 100",
            12: "        seconds: 5",
            13: "        speed_kmh: 0.5",
            15: "        seconds: 30",
        },
        (14, "203 steps"),
    ),
    edit("no warm-up", {5: "  - kind: walk"}, (5, "does not begin with a warmup")),
    edit(
        "no cooldown",
        {21: "  - kind: warmup", 23: "    speed_kmh: 1.0", 24: ""},
        (21, "does not end"),
        (21, "only the first"),
    ),
    edit(
        "two warm-ups", {16: "  - kind: warmup", 17: "    minutes: 3"}, (16, "only the first step")
    ),
    edit(
        "two cooldowns",
        {16: "  - kind: cooldown", 17: "    minutes: 3"},
        (16, "only the last step"),
    ),
    edit("bouts without a rest", {14: "", 15: ""}, (11, "without a rest")),
    edit("a rest too short", {15: "        seconds: 29"}, (15, "29 s is too short")),
    edit("two rests", {16: "  - kind: rest", 18: "", 19: "", 20: ""}, (16, "follows another rest")),
    edit(
        "a bout too short to reach its speed",
        {12: "        seconds: 14"},
        (13, "gets to 0.9 km/h in 14 s"),
    ),
    edit(
        "a walk too short to slow down",
        {7: "    speed_kmh: 5", 8: "  - {kind: walk, seconds: 5, speed_kmh: 3}\n  - kind: repeat"},
        (8, "still at 3.5 km/h"),
        (8, "5 s is too short: the turn at its end"),
    ),
    edit(
        "a walk too short to speed up",
        {8: "  - {kind: walk, seconds: 5, speed_kmh: 4}\n  - kind: repeat"},
        (8, "from 2.0 km/h"),
        (8, "5 s is too short: the turn at its end"),
    ),
    edit(
        "a warm-up that slows down",
        {7: "    from_kmh: 3.0\n    to_kmh: 2.0"},
        (8, "does not slow down"),
    ),
    edit("a cooldown that speeds up", {24: "    to_kmh: 2.1"}, (24, "does not speed up")),
)

ALL: Final = FILE + YAML_FEATURES + HEADER + STEP + NUMBER + REPEAT + LIMIT
