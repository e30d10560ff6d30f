"""What happened in this process, as plain numbers: counted where it happens, published elsewhere.

One statement adds one, without a call between reading and writing, so that no thread loses a count.
"""

from collections import defaultdict

# What an answer came from memory with: the status.
from_memory: defaultdict[int, int] = defaultdict(int)
# Where a page of the page cache came from: "memory", "store", "rendered"; and rows "stored".
pages: defaultdict[str, int] = defaultdict(int)
# What was tried too often, and "not counted" for what could not be counted.
throttled: defaultdict[str, int] = defaultdict(int)
# Requests that were refused before a view, by kind, such as "DisallowedHost".
refused: defaultdict[str, int] = defaultdict(int)
