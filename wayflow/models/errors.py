"""What can go wrong between a node and its model."""

from __future__ import annotations

from collections.abc import Iterable

from wayflow.errors import ModelError


class ModelNotFound(ModelError):
    may_pass = False
    code = "WF_LLM_MODEL_NOT_FOUND"
    hint = "Choose another model, or configure a provider that serves this one."

    def __init__(self, model: str) -> None:
        super().__init__(f'No provider serves the model "{model}".')


class ImageModelNotFound(ModelNotFound):
    code = "WF_IMAGE_MODEL_NOT_FOUND"


class TemplateVarMissing(ModelError):
    may_pass = False
    code = "WF_TEMPLATE_VAR_MISSING"
    hint = "Connect the variable's port, or give it a default."

    def __init__(self, name: str) -> None:
        super().__init__(f'The prompt variable "{name}" has no value.')


class OutputWrongType(ModelError):
    code = "WF_LLM_OUTPUT_WRONG_TYPE"
    hint = "What serves this model must return an object or its JSON text."

    def __init__(self, kind: str) -> None:
        super().__init__(f"The model answered with {kind} instead of an object.")


class OutputInvalidJson(ModelError):
    code = "WF_LLM_OUTPUT_INVALID_JSON"
    hint = "Try again, or use a model that supports structured output."

    def __init__(self, reason: str) -> None:
        super().__init__(f"The model's answer is not JSON: {reason}")


class OutputNotObject(ModelError):
    code = "WF_LLM_OUTPUT_NOT_OBJECT"
    hint = "Try again, or use a model that supports structured output."

    def __init__(self, kind: str) -> None:
        super().__init__(f"The model's answer is JSON, but {kind}, not an object.")


class OutputMissingField(ModelError):
    code = "WF_LLM_OUTPUT_MISSING_FIELD"
    hint = "Ask for the field by its name in the prompt."

    def __init__(self, field: str, expected: Iterable[str]) -> None:
        super().__init__(
            f'The model\'s answer lacks the field "{field}"; '
            f"expected: {', '.join(expected)}."
        )


class OutputTruncated(ModelError):
    may_pass = False
    code = "WF_LLM_OUTPUT_TRUNCATED"
    hint = "Raise the limit of tokens, or ask for less."

    def __init__(self, reason: str) -> None:
        super().__init__(f"The model's answer was cut off: {reason}.")


class ImageUrlUnsupported(ModelError):
    may_pass = False
    code = "WF_LLM_IMAGE_URL_UNSUPPORTED"
    hint = "Configure the provider to inline images instead of passing their URLs."

    def __init__(self, reason: str) -> None:
        super().__init__(f"The model's backend refuses image URLs: {reason}")


class TemperatureUnsupported(ModelError):
    may_pass = False
    code = "WF_LLM_TEMPERATURE_UNSUPPORTED"
    hint = "Set the temperature of the node to Auto."

    def __init__(self, reason: str) -> None:
        super().__init__(f"The model's backend refuses this temperature: {reason}")


class ImageGenerationFailed(ModelError):
    code = "WF_IMAGE_GENERATION_FAILED"
    hint = "Check whether the model supports the node's size and settings."

    def __init__(self, reason: str) -> None:
        super().__init__(f"The image could not be generated: {reason}")


class ImageNoOutput(ModelError):
    code = "WF_IMAGE_NO_OUTPUT"
    hint = "Rephrase the prompt: it may have been filtered."

    def __init__(self, model: str) -> None:
        super().__init__(f'The image model "{model}" returned no image.')
