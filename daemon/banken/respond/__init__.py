"""Labels, warning mail, notifiers: planned first, then carried out."""
