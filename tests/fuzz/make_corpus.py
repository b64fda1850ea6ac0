#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""Writes corpus/file and corpus/checkpoint: for each kind of edit in file_edits.cpp, inputs that ask
for it.

An input is: which file to edit, whether to seal it, how many edits, the edits, then damage to bytes.
"""
import itertools
import pathlib
import struct

REMOVE_VARIABLE, REPLACE_VARIABLE, SET_ELEMENT, REMOVE_ATTRIBUTE = range(4)
REPLACE_ATTRIBUTE, CHANGE_ATTRIBUTE, REPLACE_BY_LINK, NO_EDIT = range(4, 8)
CORPUS = pathlib.Path(__file__).parent / "corpus"
STOPPED_STAGES = 5


def edited(chosen, edits, damage=b"", sealed=True):
    return bytes([chosen, sealed, len(edits)]) + b"".join(edits) + damage


def replaced(variable, shape, kind, layout, values=b"\x01\x00\x00"):
    return bytes([REPLACE_VARIABLE, variable]) + shape + bytes([kind, layout]) + values


def inputs():
    """Names and bytes of the inputs."""
    for chosen in range(0, 4, 3):
        yield f"whole_{chosen}", edited(chosen, [])
        yield f"unsealed_{chosen}", edited(chosen, [], sealed=False)
        yield f"poked_{chosen}", edited(chosen, [], struct.pack("<BIB", 0, 700, 0xFF))
        yield f"truncated_{chosen}", edited(chosen, [], struct.pack("<BI", 2, 1000))
    for variable in range(0, 8, 2):
        yield f"removed_{variable}", edited(0, [bytes([REMOVE_VARIABLE, variable])])
        yield f"link_{variable}", edited(0, [bytes([REPLACE_BY_LINK, variable, 1, variable % 4])])
        not_a_number = bytes([SET_ELEMENT, variable, 1, 12, 0, 0])
        yield f"not_a_number_{variable}", edited(0, [not_a_number])
    for attribute in range(0, 12, 3):
        yield f"no_attribute_{attribute}", edited(0, [bytes([REMOVE_ATTRIBUTE, attribute])])
        yield f"text_{attribute}", edited(
            0, [bytes([CHANGE_ATTRIBUTE, attribute, 0, 4]) + b"none"])
        yield f"number_{attribute}", edited(0, [bytes([CHANGE_ATTRIBUTE, attribute, 2, 1, 8])])
        yield f"list_{attribute}", edited(
            0, [bytes([REPLACE_ATTRIBUTE, attribute, 6, 3, 19, 1, 1, 1])])
    for kind, layout in itertools.product(range(1, 20, 6), range(1, 12, 3)):
        yield f"replaced_{kind}_{layout}", edited(
            0, [replaced(kind % 8, b"\x00", kind, layout)])
    for length in range(0, 15, 3):
        yield f"length_{length}", edited(
            0, [replaced(length % 8, bytes([1, 0, length]), 19, 3)])


def inputs_for_checkpoints():
    """Each stage's whole checkpoint, and numbers in it that do not belong together."""
    for stage in range(STOPPED_STAGES):
        yield f"whole_{stage}", edited(stage, [])
        yield f"poked_{stage}", edited(stage, [], struct.pack("<BIB", 0, 700, 0xFF))
        for variable in range(0, 8, 4):
            number = 1 + variable
            yield f"number_{stage}_{variable}", edited(
                stage, [bytes([SET_ELEMENT, variable, 1, number, variable, 0])])
            yield f"length_{stage}_{variable}", edited(
                stage, [replaced(variable, bytes([1, 0, number]), 17, 0)])
            yield f"removed_{stage}_{variable}", edited(stage, [bytes([REMOVE_VARIABLE, variable])])
        for attribute in range(0, 24, 6):
            yield f"attribute_{stage}_{attribute}", edited(
                stage, [bytes([CHANGE_ATTRIBUTE, attribute, 1, 0x80 + attribute])])


def write(folder, contents):
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents:
        (folder / name).write_bytes(content)


def main():
    write(CORPUS / "file", inputs())
    write(CORPUS / "checkpoint", inputs_for_checkpoints())


if __name__ == "__main__":
    main()
