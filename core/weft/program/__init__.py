"""Programs: modules, the predictors in them, and the state that tunes them."""
