"""The emergencies that the site knows by a key, each with its name in English.

The search recognises them in what people type, and pages of what to do are chosen for them. Where
a text names several, that which comes first here is shown first: one that changes what to do, or
is a danger to who helps, before one that is only how somebody is.
"""

EMERGENCIES: dict[str, str] = {
    "danger-from-another-person": "Danger from another person",
    "carbon-monoxide": "Carbon monoxide",
    "fire-or-gas": "Fire, smoke or a gas leak",
    "electric-shock": "Electric shock",
    "drowning": "Drowning",
    "choking": "Choking",
    "opioid-overdose": "Opioid overdose",
    "not-breathing": "Not breathing",
    "button-battery": "Swallowed button battery",
    "chemical-in-the-eye": "Chemical in the eye",
    "after-birth-danger-signs": "Danger signs after birth",
    "pregnancy-danger-signs": "Danger signs in pregnancy",
    "giving-birth": "Giving birth now",
    "fever-under-three-months": "Fever under three months",
    "newborn-danger-signs": "Danger signs in newborns",
    "anaphylaxis": "Anaphylaxis",
    "asthma-attack": "Asthma attack",
    "overdose": "Overdose",
    "poisoning": "Poisoning",
    "seizure": "Seizure",
    "stroke": "Stroke",
    "heart-attack": "Heart attack",
    "severe-bleeding": "Severe bleeding",
    "heat-stroke": "Heat stroke",
    "hypothermia": "Hypothermia",
    "low-blood-sugar": "Low blood sugar",
    "high-blood-sugar": "High blood sugar",
    "meningitis": "Meningitis",
    "sepsis": "Sepsis",
    "head-injury": "Head injury",
    "severe-injury": "Severe injury",
    "burns": "Burns",
    "cauda-equina": "New numbness between the legs with loss of bladder control",
    "testicle-pain": "Sudden testicle pain",
    "sudden-loss-of-vision": "Sudden loss of vision",
    "blood-clot-in-the-lung": "Blood clot in the lung",
    "aortic-emergency": "Tear or rupture of the aorta",
    "sudden-severe-headache": "Sudden severe headache",
    "severe-abdominal-pain": "Severe abdominal pain",
    "bites-and-stings": "Dangerous bites and stings",
    "unconscious": "Unconscious",
    "trouble-breathing": "Trouble breathing",
}

# Where the poison line helps. It stands after the emergency number.
POISON_SUBJECTS = frozenset(
    {"poisoning", "overdose", "opioid-overdose", "button-battery", "chemical-in-the-eye"}
)
# Where somebody may have meant to harm themselves. The crisis line stands after the other numbers.
CRISIS_SUBJECTS = frozenset({"poisoning", "overdose", "opioid-overdose"})
