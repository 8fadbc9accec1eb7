"""Asking models: prompts, output schemas, the chat and the vendors' adapters."""
