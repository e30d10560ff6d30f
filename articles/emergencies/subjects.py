"""What is special about some emergencies."""

# Where the poison line helps. It stands after the emergency number.
POISON_SUBJECTS = frozenset(
    {"poisoning", "overdose", "opioid-overdose", "button-battery", "chemical-in-the-eye"}
)
# Where somebody may have meant to harm themselves. The crisis line stands after the other numbers.
CRISIS_SUBJECTS = frozenset({"poisoning", "overdose", "opioid-overdose"})
# Where somebody may be overheard: nothing is said of the loudspeaker.
QUIET_SUBJECTS = frozenset({"danger-from-another-person"})
