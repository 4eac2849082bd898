"""An answer as a document, for the stores that keep one."""

from bot.messages import Answer, Button
from storage.database import Document


def answer_document(answer: Answer) -> Document:
    """Return the document that keeps an answer."""
    buttons = [{"title": button.title, "payload": button.payload} for button in answer.buttons]
    return {"text": answer.text, "buttons": buttons, "asks": answer.asks}


def answer_from(document: Document) -> Answer:
    """Return the answer that a document keeps."""
    buttons = (Button(button["title"], button["payload"]) for button in document["buttons"])
    return Answer(document["text"], tuple(buttons), document.get("asks"))
