"""How is it decided? Pure functions over the model."""
