"""A symptom's name as English puts it into a question: "What is a headache?", "What are hives?"."""

import re

DETERMINER_LABEL = "a / an / the before the name in questions"
DETERMINED = re.compile(r"(?:a|an|the)\s+\S", re.IGNORECASE)
VOWEL = re.compile("[aeiou]", re.IGNORECASE)
# Words that sound otherwise than they are spelled: a uterine pain, an hour.
CONSONANT_SOUND = re.compile("eu|ewe|once|one|ufo|uni(?![mn])|uri|use|usu|ute|uti", re.IGNORECASE)
VOWEL_SOUND = re.compile("heir|honest|honou?r|hour", re.IGNORECASE)
# Letters that are spelled out: an MRI, a UTI.
ABBREVIATION = re.compile("[A-Z]{2,}[0-9]*(?![a-z])|[A-Z](?![A-Za-z'])")
LETTERS_WITH_VOWEL_SOUND = frozenset("AEFHILMNORSX")
PREPOSITION = re.compile(r"\s(?:in|of|on|with|from|after|at|that|when|during|behind|under)\s")
# What is counted: a cough, but coughing. Names that end in "ache" are, too.
COUNTED = frozenset(
    (
        *("abscess", "bite", "blackhead", "blister", "bruise", "bump", "bunion", "callus"),
        *("concussion", "convulsion", "cough", "cramp", "cyst", "fever", "fracture", "goiter"),
        *("graze", "hernia", "limp", "lump", "migraine", "mole", "murmur", "nodule", "nosebleed"),
        *("pimple", "rash", "scab", "scar", "seizure", "sore", "spasm", "sprain", "stye", "tic"),
        *("tremor", "twitch", "ulcer", "wart", "wheeze", "wound"),
        # Parts of the body, for their state: a stiff neck, a runny nose.
        *("abdomen", "ankle", "arm", "breast", "eyelid", "finger", "gland", "heartbeat", "jaw"),
        *("joint", "leg", "lip", "mouth", "neck", "nipple", "node", "nose", "scalp", "stomach"),
        *("testicle", "throat", "thumb", "toe", "tongue", "tooth", "voice", "wrist"),
    )
)


def add_determiner(name: str, determiner: str) -> str:
    """A name behind "a", "an", "the" or nothing."""
    return f"{determiner} {name}" if determiner else name


def build_question(name: str, determiner: str, *, plural: bool) -> str:
    """The question that a page answers."""
    verb = "are" if plural else "is"
    return f"What {verb} {add_determiner(name, determiner)}?"


def begins_with_determiner(name: str) -> bool:
    """Whether a name has "a", "an" or "the" of its own before it."""
    return bool(DETERMINED.match(name))


def choose_indefinite_article(name: str) -> str:
    """The one of "a" and "an" that goes with the sound of a name."""
    if ABBREVIATION.match(name):
        return "an" if name[0] in LETTERS_WITH_VOWEL_SOUND else "a"
    if VOWEL.match(name):
        return "a" if CONSONANT_SOUND.match(name) else "an"
    return "an" if VOWEL_SOUND.match(name) else "a"


def is_counted(name: str) -> bool:
    """Whether a name says one of something that is counted, as far as its main word is known."""
    words = PREPOSITION.split(name, maxsplit=1)[0].lower().split()
    if not words or "'s " in name or "’s " in name:  # athlete's foot, swimmer's ear
        return False
    return words[-1] in COUNTED or words[-1].endswith("ache")
