"""Recipes are discovered by place, cheaply, and a misspelt one is refused by name."""

import subprocess
import sys

import pytest

from daybreak import recipes
from daybreak.errors import ParamsError


def test_discovers_recipes_and_nothing_else() -> None:
    assert "classify" in recipes.discover()
    assert not {"base", "params", "encoders"} & recipes.discover().keys()


def test_a_misspelt_recipe_names_the_nearest() -> None:
    with pytest.raises(ParamsError, match=r"model\.recipe is 'clasify'; expected one of .*classify.* to classify"):
        recipes.find("clasify")


def test_discovery_loads_no_torch() -> None:
    code = "import sys; from daybreak import recipes; recipes.discover(); sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
