"""What stands at this path of an answer? The engine's own paths, `data.taskId`."""

from engine.model.documents.tree import at, text_at, text_of

__all__ = ["at", "text_at", "text_of"]
