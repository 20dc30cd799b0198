"""How trials run: their begin and end, the loop that calls the objective, and its callbacks."""
