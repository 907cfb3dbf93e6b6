"""The five programmes, each replayed on its own dates with made-up people and the actions of the screens."""
