"""Features of Anthropic's models on Bedrock by InvokeModel: those of the Messages API, in AWS' binary framing."""

from __future__ import annotations

from collections.abc import Sequence

from probes.model.attempt import Attempt
from probes.protocols.bedrock_invoke import unpacked
from probes.protocols.features import Call
from probes.protocols.features.anthropic import MessagesFeatures
from probes.protocols.protocol import ApiRequest
from probes.protocols.sse import Event


class _BedrockInvokeFeatures(MessagesFeatures):
    protocol = "bedrock_invoke"

    def streamed_call(self, events: Sequence[Event]) -> Call:
        return super().streamed_call([Event("", unpacked(event.data)) for event in events])

    def claims(self, attempt: Attempt, model: str) -> ApiRequest | None:
        return None  # models are described at another host


FEATURES = _BedrockInvokeFeatures()
