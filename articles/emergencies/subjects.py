"""What is special about some emergencies."""

# Where somebody may be overheard: nothing is said of the loudspeaker.
QUIET_SUBJECTS = frozenset({"danger-from-another-person"})
