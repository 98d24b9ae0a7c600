"""Values that programs are given and give back: examples, predictions and similarity between texts."""
