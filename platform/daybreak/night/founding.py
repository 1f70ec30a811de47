"""The steps of a project whose model is a base for others: laid out before its training, published behind it."""

from pathlib import Path

from daybreak import digests, recipes
from daybreak.night.hanging import inputs_of
from daybreak.night.opening import Night
from daybreak.records import ArtifactRef, BaseRef, DatasetRef, ModelRef, SweepRef
from daybreak.steps import Step
from daybreak.training.bases import base as bases

LAYING = ("training/foundation.py", "training/founding.py", "training/feeding/tokens.py")


def founds(night: Night) -> bool:
    """Whether the project's model is an encoder that others begin from."""
    recipe = night.params.model.recipe
    return recipes.find(recipe).BASE == "encoder" and not recipes.releasable(recipe)


def lays(night: Night) -> bool:
    """Whether such an encoder is a new one, whose tokenizer is learned too."""
    return founds(night) and night.params.model.base == bases.SCRATCH


def lay(night: Night, dataset: DatasetRef) -> Step[BaseRef]:
    """Learn a tokenizer from the training rows, and lay out the encoder that is trained. Kept, since ties are drawn."""

    def work(folder: Path) -> BaseRef:
        from daybreak.training import founding

        return founding.lay(dataset, night.params.model, night.params.training, folder)

    named = {"data": dataset.digest, "length": str(night.params.training.max_length)}
    named["seed"] = str(night.params.training.seed)
    inputs = inputs_of(night, sections=("model",), rooms=LAYING, **named)
    return Step("lay", inputs, BaseRef, work)


def publish(night: Night, dataset: DatasetRef, swept: SweepRef, model: ModelRef) -> Step[ArtifactRef]:
    """Write a trained encoder as a base for other projects, with its card."""
    from daybreak.tuning import space

    training = space.apply(night.params.training, swept.best)

    def work(folder: Path) -> ArtifactRef:
        from daybreak.training import founding

        return founding.publish(model, night.project.name, training, dataset, folder)

    named = {"data": dataset.digest, "model": model.sha256, "winner": digests.of_value(swept.best)}
    inputs = inputs_of(night, sections=("training",), rooms=("recipes", "training"), **named)
    return Step("publish", inputs, ArtifactRef, work)
