"""Several units: one bound a unit, added up."""
