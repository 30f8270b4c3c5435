from __future__ import annotations

from pathlib import Path

from moushi.columns import TextAspects, Texts
from moushi.understand.stage import UnderstandStage
from tests.support import LakeContext


def test_each_customer_text_is_read_once(tmp_path: Path) -> None:
    context = LakeContext(tmp_path)
    rows = [
        {"text_id": "t1", "body": "物流很快", "language": "zh"},
        {"text_id": "t2", "body": "物流很快", "language": "zh", "duplicate_of": "t1"},
        {"text_id": "t3", "body": "We are sorry for the bad quality", "language": "en", "speaker": "agent"},
        {"text_id": "t4", "body": "bad quality", "language": "en", "speaker": "customer"},
    ]
    context.put(Texts, rows)
    UnderstandStage().run(context)
    found = [(row["text_id"], row["aspect"], row["polarity"]) for row in context.rows(TextAspects)]
    assert found == [("t1", "delivery", 1.0), ("t4", "quality", -1.0)]


def test_no_texts_give_an_empty_table(tmp_path: Path) -> None:
    context = LakeContext(tmp_path)
    UnderstandStage().run(context)
    assert context.rows(TextAspects) == []
    assert context.engine.version(TextAspects) is not None


def test_a_second_run_replaces_the_first(tmp_path: Path) -> None:
    context = LakeContext(tmp_path)
    context.put(Texts, [{"text_id": "t1", "body": "质量差"}])
    UnderstandStage().run(context)
    context.put(Texts, [{"text_id": "t1", "body": "质量好"}])
    UnderstandStage().run(context)
    assert [(row["aspect"], row["polarity"]) for row in context.rows(TextAspects)] == [("quality", 1.0)]
