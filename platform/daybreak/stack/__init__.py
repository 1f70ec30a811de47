"""The local stack: parts that a supervisor keeps running, on loopback only. Knows nothing of what the parts are."""

from daybreak.stack.control import follow, launch, stop
from daybreak.stack.parts import Part
from daybreak.stack.state import PartState, StackState, announced, living
from daybreak.stack.supervisor import Supervisor

__all__ = ["Part", "PartState", "StackState", "Supervisor", "announced", "follow", "launch", "living", "stop"]
