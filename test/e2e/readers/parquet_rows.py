"""Prints the rows in folders of Parquet files: lines of JSON with the folder and a row as text."""

import json
import sys

import pyarrow.parquet

for folder in sys.argv[1:]:
    for row in pyarrow.parquet.read_table(folder).to_pylist():
        texts = {name: None if cell is None else str(cell) for name, cell in row.items()}
        print(json.dumps([folder, texts]))
