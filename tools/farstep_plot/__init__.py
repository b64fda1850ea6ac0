# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""Pictures of Farstep's files. Read command_line first, then the module of a kind of file."""
