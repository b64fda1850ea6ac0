# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
# Script (cmake -P) that writes farstep_version.hpp from its template. Git is asked only about the
# repository whose top folder is the source folder, so that a tarball inside another repository
# reports 'unknown'.
set(COMMIT "unknown")
set(DIRTY "false")

function(ask_git result)
    execute_process(
        COMMAND "${GIT}" -C "${SOURCE_DIR}" ${ARGN}
        OUTPUT_VARIABLE answer
        RESULT_VARIABLE code
        OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET
    )
    if(NOT code EQUAL 0)
        set(answer "")
    endif()
    set(${result} "${answer}" PARENT_SCOPE)
endfunction()

if(GIT)
    ask_git(top rev-parse --show-toplevel)
    file(REAL_PATH "${SOURCE_DIR}" source)
    if(top STREQUAL source)
        ask_git(hash rev-parse --short=12 HEAD)
        ask_git(changes status --porcelain --untracked-files=no)
        if(hash)
            set(COMMIT "${hash}")
        endif()
        if(changes)
            set(DIRTY "true")
        endif()
    endif()
endif()

configure_file("${TEMPLATE}" "${HEADER}" @ONLY)
