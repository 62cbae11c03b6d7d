"""Made-up keys of every door and shape of the facts are identified correctly, and none is called another door's.

The samples are drawn from the patterns of the facts and of public secret scanners (gitleaks, betterleaks, trufflehog);
run with ``-s`` to see how many.
"""

from __future__ import annotations

import json
import random
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

import pytest

from probes.catalog.door import Door, KeyShape
from probes.catalog.doors import load
from probes.keys.checksums import mistyped
from probes.keys.owner import fit, identify
from probes.model.note import note

pytestmark = pytest.mark.slow

DOORS = load()
# The key shapes of 144 doors as they were collected before the catalogue was written (2026-11-22), each with its
# confidence: the catalogue is compared with what was collected, not with itself.
FACTS = [json.loads(line) for line in Path(__file__).with_name("key_shapes.jsonl").read_text("utf-8").splitlines()]
COLLECTED = [(entry["door"], confidence, pattern) for entry in FACTS for confidence, pattern in entry["shapes"]]
DRAWS = 20  # of each shape
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CLASSES = {
    ops.CATEGORY_DIGIT: "0123456789",
    ops.CATEGORY_WORD: _BASE62 + "_",
}
_OPEN = (20, 48)  # how often to draw an unbounded repeat


class Draw:
    """Random texts that match a regular expression; the same ones in every run."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)

    def text(self, pattern: str) -> str:
        return self._run(_parser.parse(pattern))

    def _run(self, parts: Any) -> str:
        return "".join(self._part(op, value) for op, value in parts)

    def _part(self, op: Any, value: Any) -> str:
        if op is ops.LITERAL:
            return chr(value)
        if op is ops.NOT_LITERAL:
            return self.dice.choice(_BASE62.replace(chr(value), ""))
        if op is ops.IN:
            return self.dice.choice("".join(self._set(value)))
        if op is ops.ANY:
            return self.dice.choice(_BASE62)
        if op is ops.BRANCH:
            return self._run(self.dice.choice(value[1]))
        if op is ops.SUBPATTERN:
            return self._run(value[3])
        if op in (ops.MAX_REPEAT, ops.MIN_REPEAT):
            least, most, inner = value
            if most == ops.MAXREPEAT:  # nobody issues keys of four characters
                least, most = max(least, _OPEN[0]), max(least, _OPEN[1])
            return "".join(self._run(inner) for _ in range(self.dice.randint(least, most)))
        if op in (ops.AT, ops.ASSERT, ops.ASSERT_NOT):
            return ""
        raise AssertionError(f"{op} is not drawn")

    def _set(self, items: Any) -> Iterator[str]:
        for op, value in items:
            if op is ops.LITERAL:
                yield chr(value)
            elif op is ops.RANGE:
                yield "".join(map(chr, range(value[0], value[1] + 1)))
            elif op is ops.CATEGORY:
                yield _CLASSES[value]
            else:
                raise AssertionError(f"{op} is not drawn")


def sound(key: str) -> str:
    """Return the key with correct check digits if it is a GitHub token, otherwise unchanged."""
    if not re.fullmatch(r"gh[pousr]_[A-Za-z0-9]{36}", key):
        return key
    rest, digits = zlib.crc32(key[4:34].encode()), ""
    for _ in range(6):
        rest, digit = divmod(rest, 62)
        digits = _BASE62[digit] + digits
    return key[:34] + digits


def samples(shape: KeyShape, seed: int) -> Iterator[str]:
    """Yield keys of a shape, with its known length if it has one."""
    draw, found, tries = Draw(seed), 0, 0
    while found < DRAWS and tries < 4000:
        tries += 1
        key = draw.text(shape.pattern)
        if shape.longest and len(key) < shape.shortest:
            # Add more of the last character's kind if the shape allows it.
            key += "".join(draw.dice.choice(_BASE62) for _ in range(shape.shortest - len(key)))
        if shape.longest and not shape.shortest <= len(key) <= shape.longest:
            continue
        key = sound(key)
        if re.fullmatch(shape.pattern, key, re.ASCII):
            found += 1
            yield key


SHAPES = [(door, shape) for door in DOORS for shape in door.keys]
COUNTED = {"keys": 0}


@pytest.mark.parametrize(("door", "shape"), SHAPES, ids=[f"{door.id}-{at}" for at, (door, _) in enumerate(SHAPES)])
def test_every_shape_of_every_door(door: Door, shape: KeyShape) -> None:
    drawn = list(samples(shape, zlib.crc32((door.id + shape.pattern).encode())))
    assert drawn, "the shape was never drawn"
    for key in drawn:
        found = {match.door: match.confidence for match in identify(key)}
        certain = [DOORS.get(name) for name, confidence in found.items() if confidence == "certain"]
        companies = {home.company for home in certain if home}
        if shape.confidence == "certain":
            assert found.get(door.id) == "certain"
            assert companies == {door.company}, "a distinctive key is attributed to another provider"
            cut = shape.mark not in key  # drawn from the pattern alone, which also matches keys that were cut
            assert fit(key, door, local=False).fit in (("truncated", "wrong_kind") if cut else ("fits", "wrong_kind"))
        elif companies:  # a shared shape may also match a distinctive one: ya29., sk-ant-
            assert door.company in companies or door.id not in found
        else:
            assert door.id in found
        COUNTED["keys"] += 1


def test_distinctive_keys_are_refused_by_every_other_provider() -> None:
    carriers = ("gateway", "local", "relay")
    for door, shape in SHAPES:
        if shape.confidence != "certain":
            continue
        key = next(samples(shape, 7))
        for other in DOORS:
            found = fit(key, other, local=False)
            if other.company == door.company or other.kind in carriers:
                assert not found.elsewhere
            elif door.kind not in carriers:
                assert found.fit in ("other_door", "wrong_kind"), (door.id, other.id)


# -- the facts ---------------------------------------------------------------------------------------------------------


def test_every_door_of_the_facts_is_known() -> None:
    assert {entry["door"] for entry in FACTS} <= {door.id for door in DOORS}


@pytest.mark.parametrize(("id", "confidence", "pattern"), COLLECTED)
def test_every_shape_of_the_facts(id: str, confidence: str, pattern: str) -> None:
    door, draw, drawn = DOORS.get(id), Draw(zlib.crc32((id + pattern).encode())), 0
    assert door
    for _ in range(DRAWS * 10):
        key = sound(draw.text(pattern))
        if drawn == DRAWS or not re.fullmatch(pattern, key):
            continue
        drawn += 1
        found = {match.door: match.confidence for match in identify(key)}
        companies = {DOORS.get(name).company for name, sure in found.items() if sure == "certain"}  # type: ignore[union-attr]
        if confidence == "high":
            assert companies == {door.company}, (key[:8], len(key), found)
        else:
            assert door.id in found or companies, (key[:8], len(key), found)
        COUNTED["keys"] += 1
    assert drawn == DRAWS


# The key shapes of public secret scanners, rewritten here, and the door that each must identify.
SCANNED = {
    r"sk-(?:proj|svcacct|service)-[\w-]{58}T3BlbkFJ[\w-]{58}": "openai",
    r"sk-(?:proj|svcacct|admin)-[\w-]{74}T3BlbkFJ[\w-]{74}": "openai",
    r"sk-(?:proj|svcacct)-[\w-]{20}T3BlbkFJ[\w-]{20}": "openai",
    r"sk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}": "openai",
    r"sk-ant-api03-[\w-]{93}AA": "anthropic",
    r"sk-ant-admin01-[\w-]{93}AA": "anthropic",
    r"sk-ant-oat01-[\w-]{80,95}": "anthropic",
    r"sk-or-v1-[0-9a-f]{64}": "openrouter",
    r"gsk_[A-Za-z0-9]{52}": "groq",
    r"xai-[0-9A-Za-z_]{80}": "xai",
    r"AIza[\w-]{35}": "gemini",
    r"AQ\.Ab8RN6[\w-]{44}": "gemini",
    r"ya29\.[\w-]{60,120}": "vertex",
    r"pplx-[A-Za-z0-9]{48}": "perplexity",
    r"hf_[A-Za-z]{34}": "huggingface",
    r"hf_[A-Za-z0-9]{34}": "huggingface",
    r"api_org_[A-Za-z]{34}": "huggingface",
    r"r8_[0-9A-Za-z_-]{37}": "replicate",
    r"nvapi-[\w-]{60,70}": "nvidia",
    r"csk-[a-z0-9]{48}": "cerebras",
    r"tgp_v1_[\w-]{43}": "together",
    r"fw_[A-Za-z0-9]{40}": "fireworks",
    r"ABSK[A-Za-z0-9+/]{109,128}": "bedrock",
    r"bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t[A-Za-z0-9]{40,90}": "bedrock",
    r"sk-kimi-[\w-]{20,64}": "kimi-code",
    r"sk-api-[\w-]{119}": "minimax-intl",
    r"sk-cp-[\w-]{40,100}": "minimax-intl",
    r"[a-f0-9]{32}\.[A-Za-z0-9]{16}": "zhipu-cn",
    r"[a-f0-9]{32}\.[\w-]{24}": "ollama-cloud",
    r"bce-v3/ALTAK-[A-Za-z0-9]{21}/[a-f0-9]{40}": "qianfan",
    r"ms-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}": "modelscope",
    r"vck_[\w-]{56}": "vercel-ai-gateway",
    r"gh[pousr]_[A-Za-z0-9]{36}": "github-models",
    r"github_pat_\w{82}": "github-models",
    r"cf[ua]t_[A-Za-z0-9]{40}[a-f0-9]{8}": "cloudflare-workers-ai",
    r"dapi[0-9a-f]{32}": "databricks",
    r"wandb_v1_[A-Za-z0-9_]{77}": "wandb",
    r"sk-lm-[A-Za-z0-9]{8}:[A-Za-z0-9]{20}": "lmstudio",
}


@pytest.mark.parametrize(("pattern", "door"), SCANNED.items(), ids=list(SCANNED.values()))
def test_shapes_of_the_scanners(pattern: str, door: str) -> None:
    draw = Draw(zlib.crc32(pattern.encode()))
    for _ in range(DRAWS):
        key = sound(draw.text(pattern))
        home = DOORS.get(door)
        best = identify(key)[0]
        assert (best.door, best.confidence) == (door, "certain") or (
            best.confidence == "certain" and DOORS.get(best.door).company == home.company  # type: ignore[union-attr]
        )
        COUNTED["keys"] += 1


# Shapes that only their length tells apart, and the door that must come first.
SHARED = {
    r"sk-[0-9a-f]{32}": "deepseek",
    r"[a-z0-9]{16}[A-Z][A-Za-z0-9]{15}": "mistral",
    r"[0-9a-f]{32}": "azure-openai",
}


@pytest.mark.parametrize(("pattern", "door"), SHARED.items())
def test_shared_shapes_are_never_certain(pattern: str, door: str) -> None:
    draw = Draw(3)
    for _ in range(DRAWS):
        found = identify(draw.text(pattern))
        assert found[0].door == door
        assert all(match.confidence != "certain" for match in found)
        COUNTED["keys"] += 1


@pytest.mark.parametrize("length", [20, 32, 40, 48, 51, 64, 80])
def test_a_bare_sk_without_the_mark_is_not_of_openai(length: int) -> None:
    draw = Draw(length)
    for _ in range(DRAWS):
        key = draw.text(rf"sk-[A-Za-z0-9]{{{length}}}")
        assert "openai" not in {match.door for match in identify(key)}
        assert fit(key, DOORS.get("openai"), local=False).fit == "unlikely"
        COUNTED["keys"] += 1


# -- check digits ------------------------------------------------------------------------------------------------------


def test_check_digits() -> None:
    good = "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"  # the sample that many articles about the format use
    assert not mistyped(good)
    for at in range(4, 40):
        typed = good[:at] + ("a" if good[at] != "a" else "b") + good[at + 1 :]
        assert mistyped(typed)
        (found,) = [match for match in identify(typed) if match.door == "github-models"]
        assert (found.confidence, found.why[-1] == note("mistyped")) == ("likely", True)
    assert not mistyped(good[:-1])
    assert not mistyped("sk-" + "a" * 37)
    draw = Draw(5)
    assert all(not mistyped(sound(draw.text(r"gh[pousr]_[A-Za-z0-9]{36}"))) for _ in range(200))


def test_how_many(capsys: pytest.CaptureFixture[str]) -> None:
    """Print how many keys were identified correctly; this test must be the last in the file."""
    with capsys.disabled():
        print(
            f"\n{COUNTED['keys']} made-up keys of {len(SHAPES)} shapes of {len(DOORS)} doors, and of "
            f"{len(SCANNED)} scanners' patterns, were named right"
        )
    assert len(SHAPES) >= 120
