"""Amazon Bedrock's Converse: ``POST {base}/model/{model}/converse``, and ``converse-stream`` in AWS' binary framing.

Source: botocore 1.44.8, ``data/bedrock-runtime/2023-09-30``. Requests are signed, or carry a Bedrock API key as Bearer.
The models are listed at another host (``bedrock.REGION.amazonaws.com``), so this one answers the list with 404.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from probes.model.attempt import Attempt
from probes.model.exchange import Answer, StreamReading
from probes.model.record import replace
from probes.protocols.errors import parse_json, read_error
from probes.protocols.event_stream import BROKEN, ERROR, FrameSplitter
from probes.protocols.protocol import (
    ALLOWANCE,
    JSON_HEADERS,
    ApiRequest,
    Splitter,
    Wire,
    count_of,
    prompt,
    strange,
    text_of,
)
from probes.protocols.sse import Event
from probes.protocols.stream_counter import StreamCounter

_EVENTS = ("messageStart", "contentBlockStart", "contentBlockDelta", "contentBlockStop", "messageStop", "metadata")
STREAM_HEADERS = (("Accept", "application/vnd.amazon.eventstream"), JSON_HEADERS[1])


_SMALL = "anthropic.claude-haiku-4-5-20251001-v1:0"


class _Bedrock(Wire):
    name = "bedrock"
    endpoint = "/model/{model}/converse"
    credential = "aws"
    guess = f"us.{_SMALL}"
    endings = ("model/[^/]+/converse(?:-stream)?",)
    spoken_at = r"/model/[^/]+/converse(?:-stream)?$"
    address = r"/model/(?P<model>[^/]+)/converse(?:-stream)?"
    model_path = r"/model/([^/?#]+)/converse"
    newer_base = "/openai/v1"
    precedence = 15
    bases = ("",)
    error_shape = "aws"
    words = (("ending", "/model/NAME/converse"),)
    provider_names = ("bedrock", "amazon-bedrock", "aws-bedrock")
    ai_sdk_package = "@ai-sdk/amazon-bedrock"
    litellm_provider = "bedrock"

    def models(self, attempt: Attempt) -> ApiRequest:
        return ApiRequest("GET", "/foundation-models", JSON_HEADERS[:1], None)

    def read_models(self, value: object) -> tuple[str, ...] | None:
        rows = value.get("modelSummaries") if isinstance(value, dict) else None
        if not isinstance(rows, list):
            return None
        names = (text_of(row.get("modelId")) for row in rows if isinstance(row, dict))
        return tuple(name[:200] for name in names if name)

    def generation(self, attempt: Attempt, model: str, *, stream: bool, adapted: tuple[str, ...]) -> ApiRequest:
        body: dict[str, Any] = {"messages": [{"role": "user", "content": [{"text": prompt(stream)}]}]}
        if "no maxTokens" not in adapted:
            body["inferenceConfig"] = {"maxTokens": ALLOWANCE}
        path = f"/model/{quote(model, safe='{}')}/converse{'-stream' if stream else ''}"
        return ApiRequest("POST", path, STREAM_HEADERS if stream else JSON_HEADERS, body)

    def path_check(self, attempt: Attempt) -> ApiRequest:
        return ApiRequest("POST", f"/model/{quote(self.guess, safe='')}/converse", JSON_HEADERS, {})

    def guessed_model(self, base_url: str) -> str:
        near = (*prefixes(base_url), "us.")[0]
        return f"{near if near in ('us.', 'us-gov.', 'eu.') else 'global.'}{_SMALL}"  # elsewhere it has no regional one

    def other_models(self, text: str, attempt: Attempt, model: str) -> tuple[str, ...]:
        return profiles(text, attempt, model)

    def adapt(self, text: str, adapted: tuple[str, ...]) -> tuple[str, ...] | None:
        return ("no maxTokens",) if "maxtokens" in text.lower() and not adapted else None

    def read_answer(self, value: object) -> Answer:
        if not isinstance(value, dict):
            return Answer(problem="not_object")
        output = value.get("output")
        message = output.get("message") if isinstance(output, dict) else None
        content = message.get("content") if isinstance(message, dict) else None
        if not isinstance(content, list):
            return Answer(problem=strange(value, "no_content"))
        parts = [part for part in content if isinstance(part, dict)]
        usage = value.get("usage")
        spent = usage if isinstance(usage, dict) else {}
        return Answer(
            text="".join(text_of(part.get("text")) for part in parts),
            finish=text_of(value.get("stopReason")),
            reasoning=any("reasoningContent" in part or "toolUse" in part for part in parts),
            prompt_tokens=count_of(spent.get("inputTokens")),
            completion_tokens=count_of(spent.get("outputTokens")),
        )

    def owns(self, value: Mapping[str, Any]) -> bool:
        return isinstance(value.get("output"), dict) and "stopReason" in value

    def splitter(self) -> Splitter:
        return FrameSplitter()

    def stream_reader(self) -> _ConverseReader:
        return _ConverseReader()

    def example(self, model: str) -> Mapping[str, Any]:
        return {"messages": [{"role": "user", "content": [{"text": prompt(False)}]}]}


# The prefixes of the inference profiles of a region, likeliest first, by how the region's name begins
# (docs.aws.amazon.com/bedrock, "Supported Regions and models for inference profiles", 2026-11-30). Japan and Australia
# have profiles of their own for newer models, in place of `apac.`.
_PREFIXES = (
    ("us-gov-", ("us-gov.",)),
    ("us-", ("us.", "global.")),
    ("ca-", ("us.", "global.")),
    ("eu-", ("eu.", "global.")),
    ("ap-northeast-1", ("jp.", "apac.", "global.")),
    ("ap-northeast-3", ("jp.", "apac.", "global.")),
    ("ap-southeast-2", ("au.", "apac.", "global.")),
    ("ap-southeast-4", ("au.", "apac.", "global.")),
    ("ap-", ("apac.", "global.")),
    ("", ("global.",)),
)
_KNOWN = re.compile(r"(?:us-gov|us|eu|apac|jp|au|ca|global)\.(?=[a-z0-9-]{2,40}\.)")
_WANTS_PROFILE = re.compile(
    r"on-demand throughput|inference profile|provided model identifier is invalid", re.IGNORECASE
)
_REGION = re.compile(r"\.([a-z]{2,4}(?:-[a-z]{1,12}){1,3}-\d)\.")


def prefixes(base_url: str) -> tuple[str, ...]:
    """Return the prefixes of inference profiles in the region of the host; none if it names no region."""
    region = _REGION.search(base_url)
    return next(near for start, near in _PREFIXES if region[1].startswith(start)) if region is not None else ()


def profiles(text: str, attempt: Attempt, model: str) -> tuple[str, ...]:
    """Return the ids of the inference profiles that a model may have in the region of the host."""
    plain = _KNOWN.sub("", model, count=1)
    if not _WANTS_PROFILE.search(text[:2000]) or plain.count(".") != 1 or model.startswith("arn:"):
        return ()
    near = prefixes(attempt.base_url) or ("us.",)
    return tuple(found for one in dict.fromkeys(near) if (found := f"{one}{plain}") != model)


class FrameReader(StreamCounter):
    """What the readers of binary event streams share: broken messages, and exceptions of the service."""

    form = "frames"

    def ends(self, event: Event) -> bool:
        return False

    def failed(self, name: str, data: str) -> bool:
        """Record what is wrong with a message; return False if it is a sound event."""
        if name == BROKEN:
            self.flaw("bad_frame")
            return True
        if not name.startswith(ERROR):
            return False
        known, value = parse_json(data)
        error = read_error(value) if known else None
        kind = name.removeprefix(f"{ERROR}:")
        self.fail(replace(error, type=kind[:1].upper() + kind[1:], shape="aws") if error is not None else None, data)
        return True

    def reading(self, unshaped: str = "no_text") -> StreamReading:
        if not self._events:
            return StreamReading("empty")  # not a stream: the whole body is examined instead
        return super().reading(unshaped)


class _ConverseReader(FrameReader):
    """A reader with the events of ConverseStream; ``messageStop`` ends the answer, and ``metadata`` the stream."""

    def take(self, name: str, data: str) -> None:
        if self.failed(name, data):
            return
        known, value = parse_json(data)
        if not known or not isinstance(value, dict):
            self.flaw("bad_json")
            return
        if name not in _EVENTS:
            return
        self._shaped = True
        delta, start = value.get("delta"), value.get("start")
        if isinstance(delta, dict):
            self.write(delta.get("text"))
            self._reasoning |= "reasoningContent" in delta or "toolUse" in delta
        if isinstance(start, dict):
            self._reasoning |= "toolUse" in start
        if name == "messageStop":
            self._finish = text_of(value.get("stopReason"))
        if name == "metadata":
            self.count(value.get("usage"), "inputTokens", "outputTokens")
            self.done = bool(self._finish)

    def reading(self, unshaped: str = "no_text") -> StreamReading:
        found = super().reading(unshaped)
        return replace(found, terminated=bool(found.finish))


WIRE = _Bedrock()
