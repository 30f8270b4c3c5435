"""Makes sentences with invented names of people, for `learn_names.py`.

What fills the gaps of `learn_names.txt`: invented names, and words drawn by
their frequency from the dictionary of jieba (MIT), so that names stand among
words of every kind.  Nothing of it is in the package.
"""

from __future__ import annotations

import random
import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable
from itertools import accumulate
from pathlib import Path

Chance = random.Random
Labelled = tuple[str, set[tuple[int, int]]]

_FRAMES = Path(__file__).with_name("learn_names.txt")
_LISTS = Path(__file__).parents[1] / "src" / "moushi" / "trust" / "names" / "words.toml"
_GAP = re.compile(r"\{(\w+)\}")
_PEOPLE = ("name", "foreign", "japanese", "nickname", "letters")

_KOREAN = "朴金李崔郑姜赵尹张林韩申权黄安宋柳洪"
_NO_NAME = re.compile("家|老爷|夫人|和尚|公主|长老|大娘|系|岭|人$")
_WORDS = {name: words.split() for name, words in tomllib.loads(Path(__file__).with_name("name_words.toml").read_text("utf-8")).items()}


class Draw:
    """Draws words, the frequent more often, but less so than they are written."""

    def __init__(self, words: Counter[str], power: float) -> None:
        self._words = list(words)
        self._sums = list(accumulate(count**power for count in words.values()))

    def __call__(self, chance: Chance) -> str:
        """Return one word."""
        return chance.choices(self._words, cum_weights=self._sums)[0]


def is_han(word: str) -> bool:
    """Tell whether a word has Chinese characters only."""
    return all("\u4e00" <= character <= "\u9fff" for character in word)


class Dictionary:
    """The words of jieba's `dict.txt` by part of speech."""

    def __init__(self, path: Path) -> None:
        self._by_tag: dict[str, Counter[str]] = defaultdict(Counter)
        for line in path.read_text("utf-8").splitlines():
            word, frequency, tag = line.split()
            if is_han(word):
                self._by_tag[tag][word] = int(frequency)

    def words(self, tags: str, fits: Callable[[str], bool] = lambda word: len(word) > 1) -> Counter[str]:
        """Return the words of some parts of speech and how often they are written."""
        return Counter({word: count for tag in tags.split() for word, count in self._by_tag[tag].items() if fits(word)})


class People:
    """Invents names of people."""

    def __init__(self, dictionary: Dictionary) -> None:
        lists = tomllib.loads(_LISTS.read_text("utf-8"))
        self._surnames = "".join(lists["surnames"].split())
        self._compound, self._japanese, self._foreign = (lists[name].split() for name in ("compound", "japanese", "foreign"))
        self._sounds = "".join(lists["transliteration"].split())
        excluded, sounds = {*lists["plain"].split(), *lists["elsewhere"].split()}, set(self._sounds)
        names = dictionary.words("nr nrfg", lambda word: len(word) in (2, 3) and word[0] in self._surnames)
        self._whole = [name for name in names if name not in excluded and not _NO_NAME.search(name)]
        self._abroad = list(dictionary.words("nrt", lambda word: 2 <= len(word) <= 6 and set(word) <= sounds))
        given = Counter(name[1:] for name in names)
        self._single = Draw(Counter({name: count for name, count in given.items() if len(name) == 1}), 1.0)
        self.given = Draw(Counter({name: count for name, count in given.items() if len(name) == 2}), 0.5)
        pairs = [name for name in names if len(name) == 3]
        self._first, self._second = (Draw(Counter(name[place] for name in pairs), 0.8) for place in (1, 2))
        self._word = Draw(dictionary.words("n a", lambda word: len(word) == 2), 0.6)

    def surname(self, chance: Chance) -> str:
        """Return a surname of one character, as common as in the population."""
        return self._surnames[min(int(chance.expovariate(1 / 40)), len(self._surnames) - 1)]

    def single(self, chance: Chance) -> str:
        """Return a given name of one character."""
        return self._single(chance)

    def chinese(self, chance: Chance) -> str:
        """Return a Chinese name."""
        share = chance.random()
        if share < 0.03:
            return chance.choice(_WORDS["known"])
        if share < 0.06:
            return chance.choice(self._compound) + (self.given(chance) if chance.random() < 0.4 else self._single(chance))
        return chance.choice(self._whole) if share < 0.35 else self.surname(chance) + self._given(chance)

    def _given(self, chance: Chance) -> str:
        share = chance.random()
        if share < 0.27:
            return self._single(chance)
        if share < 0.30:
            return chr(chance.randint(0x4E00, 0x9FA5))
        if share < 0.65:
            return self.given(chance)
        if share < 0.92:
            return self._first(chance) + self._second(chance)
        return self._word(chance) if share < 0.97 else self._single(chance) * 2

    def foreign(self, chance: Chance) -> str:
        """Return a foreign name in Chinese characters, of one part or of several."""
        if chance.random() < 0.62:
            return self._part(chance)
        joint = chance.choice("····•・-")
        if joint in "·•" and chance.random() < 0.08:
            return chance.choice("ABCDEFGJKLMRST") + joint + self._part(chance)
        return joint.join(self._part(chance) for _ in range(2 if chance.random() < 0.88 else 3))

    def _part(self, chance: Chance) -> str:
        share = chance.random()
        if share < 0.8:
            part = chance.choice(self._foreign if share < 0.45 else self._abroad)
            return part if len(part) > 1 else self._part(chance)
        usual = chance.random() < 0.8
        return "".join(chance.choice(self._sounds[:120] if usual else self._sounds) for _ in range(chance.choice((2, 2, 3, 3, 3, 4, 4, 5))))

    def japanese(self, chance: Chance) -> str:
        """Return a Japanese or Korean name."""
        share = chance.random()
        if share < 0.15:
            return chance.choice(_KOREAN) + self._first(chance) + self._second(chance)
        surname = chance.choice(self._japanese)
        if share > 0.95 and len(surname) > 1:
            return surname
        return surname + (self._second(chance) if share > 0.87 else chance.choice(_WORDS["japanese_given"]))

    def nickname(self, chance: Chance) -> str:
        """Return what friends and fans say."""
        share, surname = chance.random(), self.surname(chance)
        if share < 0.5:
            return ("小" if share < 0.3 else "老") + surname
        if share < 0.6:
            return "阿" + self._single(chance)
        if share < 0.7:
            return surname + chance.choice("哥姐爷总")
        return "小" + self._single(chance) if share < 0.85 else self._single(chance) * 2

    def letters(self, chance: Chance) -> str:
        """Return a name or a handle in Latin letters."""
        share = chance.random()
        if share < 0.5:
            return chance.choice(_WORDS["first"])
        if share < 0.7:
            return "".join(chance.choice(_WORDS["syllables"]) for _ in range(chance.randint(2, 3))).title()
        if share < 0.85:
            return f"{chance.choice(_WORDS['first'])} {chance.choice(_WORDS['last'])}"
        word = "".join(chance.choice("abcdefghiklmnoprstuvwxyz") for _ in range(chance.randint(3, 8)))
        return word.upper() if chance.random() < 0.3 else word

    def name(self, chance: Chance) -> str:
        """Return a name of any kind."""
        share = chance.random()
        makers = ((0.68, self.chinese), (0.87, self.foreign), (0.93, self.japanese), (0.97, self.nickname), (1.0, self.letters))
        return next(make for bound, make in makers if share < bound)(chance)


class Writer:
    """Fills the gaps of sentences."""

    def __init__(self, dictionary: Dictionary) -> None:
        lists = tomllib.loads(_LISTS.read_text("utf-8"))
        people, sounds = People(dictionary), set("".join(lists["transliteration"].split()))
        self._people = people
        self._thing = Draw(dictionary.words("n"), 0.6)
        self._brand = Draw(dictionary.words("nz"), 0.4)
        self._verb = Draw(dictionary.words("v vn"), 0.6)
        self._quality = Draw(dictionary.words("a"), 0.6)
        self._idiom = Draw(dictionary.words("i l"), 0.5)
        self._filler = Draw(dictionary.words("d p c r t f m j b z s q"), 0.5)
        self._institute = Draw(dictionary.words("nt", lambda word: len(word) > 2), 0.4)
        self._place = Draw(dictionary.words("ns", lambda word: len(word) > 1 and not set(word) <= sounds), 0.5)
        abroad = dictionary.words("ns", lambda word: len(word) > 2 and set(word) <= sounds)
        self._abroad = Draw(abroad + Counter(dict.fromkeys(lists["elsewhere"].split(), 20)), 0.4)
        posts = lists["left"]["title"].split()
        self._gaps: dict[str, Callable[[Chance], str]] = {
            **{name: getattr(people, name) for name in _PEOPLE},
            "unmarked": people.name,
            "surname": people.surname,
            "given": people.given,
            "thing": self._any_thing,
            "verb": lambda chance: self._verb(chance) if chance.random() < 0.9 else self._filler(chance) + self._verb(chance),
            "quality": lambda chance: self._quality(chance) if chance.random() < 0.9 else self._idiom(chance),
            "idiom": self._idiom,
            "filler": self._filler,
            "place": self._place,
            "abroad": self._abroad,
            "spot": self._spot,
            "company": self._company,
            "title": self._title,
            "post": lambda chance: chance.choice(posts),
            "number": _number,
            "english": _english,
        }

    def sentences(self, count: int, seed: int) -> list[Labelled]:
        """Return sentences of one or two frames, with where the names are."""
        frames = [line for line in _FRAMES.read_text("utf-8").splitlines() if line and not line.startswith("#")]
        chance = Chance(seed)
        made: list[Labelled] = []
        for place in range(count):
            chosen = [frames[place % len(frames)], *([chance.choice(frames)] if chance.random() < 0.33 else [])]
            made.append(self._fill((self._filler(chance) if chance.random() < 0.3 else "") + "".join(chosen), chance))
        return made

    def _fill(self, frame: str, chance: Chance) -> Labelled:
        text, spans, end = "", set(), 0
        for match in _GAP.finditer(frame):
            text += frame[end : match.start()]
            word = self._gaps[match[1]](chance)
            if match[1] in _PEOPLE:
                spans.add((len(text), len(text) + len(word)))
            text, end = text + word, match.end()
        return text + frame[end:], spans

    def _any_thing(self, chance: Chance) -> str:
        share = chance.random()
        if share < 0.9:
            return self._thing(chance) + (self._thing(chance) if share < 0.1 else "")
        return self._brand(chance)

    def _spot(self, chance: Chance) -> str:
        """Return a place that is called after people who live there."""
        share, surname = chance.random(), self._people.surname(chance)
        middle = "家" if share < 0.3 else self._people.single(chance) if share < 0.6 else self._thing(chance)[0]
        return surname + (middle if share < 0.9 else self._people.given(chance)) + chance.choice(_WORDS["spots"])

    def _company(self, chance: Chance) -> str:
        if chance.random() < 0.4:
            return self._institute(chance)
        make = chance.choice((self._place, self._place, self._brand, self._people.chinese))
        return make(chance) + chance.choice(_WORDS["companies"])

    def _title(self, chance: Chance) -> str:
        makers = (self._thing, self._verb, self._quality, self._brand, self._idiom, self._abroad)
        return "".join(chance.choice(makers)(chance) for _ in range(chance.choice((1, 1, 2, 2, 3))))[:10]


def _number(chance: Chance) -> str:
    whole = chance.randint(1, 2020)
    return chance.choice(
        (str(whole), f"{whole % 99}%", f"{whole % 12 + 1}月{whole % 28 + 1}日", "三", "五", "两", "十多", "上百", f"{whole / 10}亿元")
    )


def _english(chance: Chance) -> str:
    if chance.random() < 0.45:
        return chance.choice(_WORDS["marks"])
    words = [chance.choice(_WORDS["english"]) for _ in range(chance.choice((1, 2, 2, 3)))]
    titled = [word.title() for word in words] if chance.random() < 0.5 else words
    return (" " if chance.random() < 0.5 else "").join(titled)
