"""Prints the rows of CSV files: lines of JSON with the file and a row."""

import csv
import json
import sys

csv.field_size_limit(sys.maxsize)
for path in sys.argv[1:]:
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            print(json.dumps([path, row]))
