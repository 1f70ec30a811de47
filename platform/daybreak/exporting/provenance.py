"""Where an artifact comes from, as its manifest states it."""

from daybreak.records import Record


class Provenance(Record):
    """Data, code and params of the night that wrote an artifact.

    A later night that reuses the step reuses the artifact, and with it what is said here. `params_digest` is that of
    all params. Whoever exports again from the same inputs, and gives the same of these, gets the same bytes.
    """

    data_version: int
    data_digest: str
    commit: str
    params_digest: str
