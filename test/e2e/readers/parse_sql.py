"""Parses files of SQL in a dialect: lines of JSON with the file and its first mistake, or null."""

import json
import sys

import sqlglot

dialect, *paths = sys.argv[1:]
for path in paths:
    with open(path, encoding="utf-8") as file:
        text = file.read()
    try:
        sqlglot.parse_one(text, read=dialect)
        mistake = None
    except sqlglot.errors.ParseError as error:
        mistake = str(error)
    print(json.dumps([path, {"mistake": mistake}]))
