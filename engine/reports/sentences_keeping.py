"""How is it read out how long what is kept? A sentence for each class of data."""

from engine.model.keeping import Keeping
from engine.model.span import NOWHERE
from engine.reports.sentences_words import Paragraph, Tongue


def keeping_paragraph(tongue: Tongue, keeping: Keeping | None) -> Paragraph:
    """Every class with its days; where no file says anything, no sentence."""
    classes = (
        ("personal", ("个人信息,从结束起:", "personal values, after their case ended: ")),
        ("texts", ("发出的文字,从发出起:", "texts, after they were sent: ")),
        ("raw", ("来报的原文,从收到起:", "papers as they came, after they were received: ")),
        ("history", ("整张单,从结束起:", "a whole case, after it ended: ")),
    )
    days: dict[str, int | None] = {}
    spans = keeping.spans if keeping is not None else {}
    whole = spans.get("", NOWHERE)
    if keeping is not None:
        days = {"personal": keeping.personal, "texts": keeping.texts, "raw": keeping.raw, "history": keeping.history}
    sentences = tuple(tongue.sentence(key, topic, _kept(tongue, days[key]), spans.get(key, whole)) for key, topic in classes if key in days)
    return Paragraph(kind="keeping", name="keeping", label="保留期限", sentences=sentences, span=whole)


def _kept(tongue: Tongue, days: int | None) -> str:
    if days is None:
        return tongue.of("一直留着", "kept for ever")
    return tongue.of(f"留 {days} 天", f"kept {days} day{'s' if days != 1 else ''}")
