"""What was tried and what is registered: the only door to MLflow. Importing this room does not import MLflow."""

from daybreak.tracking.client import warm_up
from daybreak.tracking.registry import Registered, Registry
from daybreak.tracking.runs import Tracker
from daybreak.tracking.signature import Signature, Tensor, classifier

__all__ = ["Registered", "Registry", "Signature", "Tensor", "Tracker", "classifier", "warm_up"]
