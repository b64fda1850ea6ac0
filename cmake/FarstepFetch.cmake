# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
# Functions with which FarstepDependencies.cmake reports or fetches what is missing.
include(FetchContent)

# farstep_missing(<what> PACKAGE <Debian package> VARIABLE <CMake variable>)
# Ends the configuration with what to install and what to set.
function(farstep_missing what)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "PACKAGE;VARIABLE" "")
    message(
        FATAL_ERROR
        "${what} was not found. Any of these helps:\n"
        "  - ./jobs/setup.sh installs it on Debian and Ubuntu (${arg_PACKAGE})\n"
        "  - load the module that provides it, or pass -D${arg_VARIABLE}=<where it is installed>\n"
    )
endfunction()

# farstep_fetch(<name> <what> PACKAGE <Debian package> VARIABLE <CMake variable> URL <repository>
#               COMMIT <hash>)
# Adds a pinned source tree of <what> to the build, or ends the configuration with what to do.
# A macro: the fetched projects' variables belong to the caller.
macro(farstep_fetch name what)
    cmake_parse_arguments(farstep_fetch "" "PACKAGE;VARIABLE;URL;COMMIT" "" ${ARGN})
    farstep_check_fetch("${name}" "${what}" "${farstep_fetch_PACKAGE}" "${farstep_fetch_VARIABLE}"
                        "${farstep_fetch_URL}")
    message(STATUS "Farstep: ${what} is fetched from ${farstep_fetch_URL} ${farstep_fetch_COMMIT}")
    if(CMAKE_VERSION VERSION_GREATER_EQUAL 3.25)
        set(farstep_fetch_system SYSTEM)
    else()
        set(farstep_fetch_system "")
    endif()
    FetchContent_Declare(
        ${name}
        GIT_REPOSITORY ${farstep_fetch_URL}
        GIT_TAG ${farstep_fetch_COMMIT}
        ${farstep_fetch_system}
    )
    FetchContent_MakeAvailable(${name})
endmacro()

# Ends the configuration with a message that says what to do, unless fetching may and can be done.
function(farstep_check_fetch name what package variable url)
    string(TOUPPER "${name}" upper_name)
    if(FETCHCONTENT_SOURCE_DIR_${upper_name})
        return()
    endif()
    if(NOT FARSTEP_FETCH_DEPENDENCIES)
        farstep_missing("${what}" PACKAGE ${package} VARIABLE ${variable})
    endif()
    if(EXISTS "${FETCHCONTENT_BASE_DIR}/${name}-src/.git")
        return()
    endif()
    find_package(Git QUIET)
    set(answer 1)
    if(Git_FOUND)
        execute_process(
            COMMAND "${CMAKE_COMMAND}" -E env GIT_TERMINAL_PROMPT=0 "${GIT_EXECUTABLE}" ls-remote
                    --quiet ${url} HEAD
            RESULT_VARIABLE answer OUTPUT_QUIET ERROR_QUIET
            TIMEOUT 20
        )
    endif()
    if(NOT answer EQUAL 0)
        message(
            FATAL_ERROR
            "${what} was not found, and cannot be fetched: git does not reach ${url}. Any of these "
            "helps:\n"
            "  - ./jobs/setup.sh installs it on Debian and Ubuntu, with Debian's archive alone\n"
            "  - load the module that provides it, or pass -D${variable}=<where it is installed>\n"
            "  - pass -DFETCHCONTENT_SOURCE_DIR_${upper_name}=<an unpacked source tree>\n"
        )
    endif()
endfunction()
