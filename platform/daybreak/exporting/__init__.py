"""From a torch model to the artifact that ships."""
