"""Studies as earlier versions of hpo have written them; each file is named after its format.

They were made by `make.py` with the code of the time: SQLite's as a dump, journals as they are.
"""
