"""The comparison that convinces: LightGBM's ten usual parameters, searched for by each library in its own way."""
