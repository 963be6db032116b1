#!/usr/bin/env python3
"""Tests of the command as its users meet it: test_cli.py COMMAND [PART OF A NAME]..."""
import sys

import cases_faults  # noqa: F401  (each registers its cases)
import cases_files  # noqa: F401
import cases_members  # noqa: F401
import cases_priors  # noqa: F401
import cases_terminal  # noqa: F401
import cases_verbs  # noqa: F401
import harness

if len(sys.argv) < 2:
    sys.exit(__doc__)
sys.exit(harness.main(sys.argv[1], sys.argv[2:]))
