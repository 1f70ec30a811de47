"""Stage clean: normalise text and set unusable rows aside."""

from daybreak.records import Record


class CleanParams(Record):
    """Which normalisation is applied. NFKC and collapsed white space always are."""

    lowercase: bool = False
