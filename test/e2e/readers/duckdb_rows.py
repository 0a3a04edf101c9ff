"""Prints what queries of a DuckDB file answer: lines of JSON with the query and a row as text."""

import json
import sys

import duckdb

path, *queries = sys.argv[1:]
connection = duckdb.connect(path)
for query in queries:
    answer = connection.execute(query)
    names = [column[0] for column in answer.description or []]
    for row in answer.fetchall():
        cells = [None if cell is None else str(cell) for cell in row]
        print(json.dumps([query, dict(zip(names, cells))]))
