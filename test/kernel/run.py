"""Runs the tests of one file of this folder and tells of each as it ends, a line of JSON each. `--list` only names them."""

import importlib
import json
import os
import sys
import time
import unittest


def flat(suite):
    for one in suite:
        yield from flat(one) if isinstance(one, unittest.TestSuite) else [one]


def name_of(test):
    return f"{type(test).__name__}.{test._testMethodName}"


class Lines(unittest.TestResult):
    """What is skipped counts as failed: our kernel can do all that the suites ask."""

    def __init__(self, out):
        super().__init__()
        self.out = out
        self.problems = []

    def startTest(self, test):
        super().startTest(test)
        self.problems = []
        self.began = time.time()

    def stopTest(self, test):
        super().stopTest(test)
        self.tell(name_of(test), time.time() - self.began)

    def tell(self, name, seconds):
        print(json.dumps({"test": name, "seconds": seconds, "problems": self.problems}), file=self.out, flush=True)

    def addError(self, test, err):
        super().addError(test, err)
        self.problems.append(self.errors[-1][1])
        if not isinstance(test, unittest.TestCase):  # set-up of a class: none of its tests will run
            self.tell(str(test), 0)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.problems.append(self.failures[-1][1])

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self.problems.append(f"{subtest}\n{self._exc_info_to_string(err, test)}")

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.problems.append(f"skipped: {reason}")


def main(arguments):
    suite = unittest.defaultTestLoader.loadTestsFromModule(importlib.import_module(arguments[-1]))
    if "--list" in arguments:
        print(json.dumps([name_of(test) for test in flat(suite)]))
        return
    # What the tests print is for a person who looks why one failed.
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    suite.run(Lines(out))


if __name__ == "__main__":
    main(sys.argv[1:])
