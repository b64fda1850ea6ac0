# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""One page on the experiments of the NeurVec and AttNS papers: published figures beside measured
ones. Read command_line first, then experiments (what is run), report (what is shown), and the
modules of the single analyses."""
