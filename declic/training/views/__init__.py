"""Pages of training: groups, sheets of classes, drop-in help."""
