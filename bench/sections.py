# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""The sections of the benchmark, in the order of docs/performance.md: modules as common.py describes
them. A new section is a module beside this one and a line here."""

import importlib

NAMES = (
    "machine",
    "corrected",
    "small_correctors",
    "training",
    "plain",
    "lorenz",
    "equal_error",
    "files",
    "scaling",
)


def load(name):
    return importlib.import_module(name)


def title(name):
    return load(name).__doc__.strip().splitlines()[0]


def text(name):
    return "\n".join(load(name).__doc__.strip().splitlines()[1:]).strip()
