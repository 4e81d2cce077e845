"""Azure ML's scoring script contract: init() and run(raw)."""

import json
import os
import sys

sys.path.insert(0, os.environ["BENCH_PEERS"])
import scorer


def init():
    global score
    score = scorer.load()


def run(raw):
    return score(json.loads(raw)["data"])
