"""Lineage, verdicts and the release journal: the truth about what ran and what was released."""

from daybreak.ledger.ledger import Ledger
from daybreak.ledger.proposal import Proposal

__all__ = ["Ledger", "Proposal"]
