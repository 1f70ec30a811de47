"""Every recipe that stands in the recipes folder keeps to the contract."""

import pytest

from daybreak import recipes
from daybreak.recipes.base import Recipe
from daybreak.testing.recipe_contract import RecipeContract


@pytest.mark.parametrize("name", sorted(recipes.discover()))
class TestRecipes(RecipeContract):
    @pytest.fixture
    def recipe(self, name: str) -> Recipe:
        return recipes.find(name)
