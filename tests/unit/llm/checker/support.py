"""Evidence for the texts on which the checker is tested, read from the files beside this one."""

import tomllib
from functools import cache
from pathlib import Path

from moushi.ledger.facts import Witness
from moushi.llm.references import Evidence, Fact

FOLDER = Path(__file__).parent / "texts"
WITNESS = ("metric", "first", "last")


@cache
def evidence(name, language):
    content = tomllib.loads((FOLDER / "evidence.toml").read_text("utf-8"))
    made = Evidence(known=frozenset(content["known"]))
    for identifier, given in content[name].items():
        fields = dict(given)
        if isinstance(fields["value"], dict):
            fields["value"] = fields["value"][language]
        witness = Witness(**{"metric": identifier} | {key: fields.pop(key) for key in WITNESS if key in fields})
        if fields["kind"] == "money":
            fields["unit"] = "GBP" if language == "en" else "CNY"
        made.add(identifier, Fact(witness=witness, **fields | {"about": tuple(fields.get("about", ()))}))
    return made


def good_texts(part, language):
    content = tomllib.loads((FOLDER / f"{part}_{language}.toml").read_text("utf-8"))
    return [(name, text) for name, texts in content["good"].items() for text in texts]


def bad_texts(part, language):
    content = tomllib.loads((FOLDER / f"{part}_{language}.toml").read_text("utf-8"))
    return [(name, rule, text) for name, texts in content["bad"].items() for rule, text in texts]
