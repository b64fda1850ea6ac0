# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
# farstep_add_test: builds a GoogleTest executable and registers it with CTest, alone or under
# mpirun.
include(ProcessorCount)
processorcount(farstep_cores)

# Launcher flags that Open MPI alone knows: tests may run as root, on more ranks than cores.
set(farstep_mpiexec_flags "")
execute_process(COMMAND "${MPIEXEC_EXECUTABLE}" --version OUTPUT_VARIABLE mpiexec_version
                ERROR_QUIET)
if(mpiexec_version MATCHES "Open MPI|OpenRTE|open-mpi")
    set(farstep_mpiexec_flags --oversubscribe --allow-run-as-root --bind-to none)
endif()

# A Python with the modules that tests of the tools need: the first in PATH may be another than the
# distribution's. Such tests are to be registered only if FARSTEP_PYTHON is set.
if(NOT FARSTEP_PYTHON)
    foreach(python python3 /usr/bin/python3)
        execute_process(COMMAND ${python} -c
                                "import numpy, h5py, matplotlib, scipy, xarray, h5netcdf"
                        RESULT_VARIABLE python_lacks_modules OUTPUT_QUIET ERROR_QUIET)
        if(python_lacks_modules STREQUAL "0")
            set(FARSTEP_PYTHON ${python} CACHE STRING "Python with h5py, matplotlib, scipy, xarray")
            break()
        endif()
    endforeach()
    if(NOT FARSTEP_PYTHON)
        message(STATUS "Farstep: no Python with h5py, matplotlib, scipy, xarray and h5netcdf: "
                       "tests that need it are left out")
    endif()
endif()

# Threads that wait must not hold a core: tests run beside each other. Containers forbid the
# single-copy mechanism of Open MPI's shared memory.
set(farstep_test_environment
    OMP_PROC_BIND=false OMP_WAIT_POLICY=passive OMPI_MCA_btl_vader_single_copy_mechanism=none
    OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
    FARSTEP_TEST_PATIENCE=${FARSTEP_TEST_PATIENCE}
)

# Tests read what programs say: reports go to files of their own. Open MPI's vulcan makes a table longer by
# one entry at a time, each of which the address sanitizer copies: ten minutes in one test.
if(FARSTEP_SANITIZED)
    set(farstep_sanitizer_reports "${PROJECT_BINARY_DIR}/reports")
    file(MAKE_DIRECTORY "${farstep_sanitizer_reports}")
    list(APPEND farstep_test_environment FARSTEP_TEST_SANITIZED=1
         "ASAN_OPTIONS=log_path=${farstep_sanitizer_reports}/report"
         "UBSAN_OPTIONS=log_path=${farstep_sanitizer_reports}/report"
         "OMPI_MCA_fcoll=^vulcan"
    )
endif()

# farstep_add_test(<name> SOURCES <file>... [RANKS <n>...] [THREADS <n>] [LABELS <label>...]
#                  [LIBRARIES <target>...] [TIMEOUT <seconds>])
# The test <name> runs on one rank with THREADS threads (default 2); for each n in RANKS a test
# <name>.ranks_<n> runs the same executable on n ranks with one thread each.
function(farstep_add_test name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "THREADS;TIMEOUT" "SOURCES;RANKS;LABELS;LIBRARIES")
    if(NOT arg_SOURCES OR arg_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "farstep_add_test(${name} SOURCES ...): '${arg_UNPARSED_ARGUMENTS}'")
    endif()
    if(NOT arg_THREADS)
        set(arg_THREADS 2)
    endif()
    if(NOT arg_TIMEOUT)
        set(arg_TIMEOUT 300)
    endif()
    add_executable(${name} ${arg_SOURCES})
    target_link_libraries(
        ${name} PRIVATE farstep_test_main ${arg_LIBRARIES} farstep_warnings farstep_optimization
    )
    target_compile_definitions(${name} PRIVATE FARSTEP_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
    farstep_share_precompiled(${name} farstep_test_main)
    # What such a test does itself takes no time: that is the library's work.
    if(NOT "kernels" IN_LIST arg_LABELS AND CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
        set_source_files_properties(
            ${arg_SOURCES} PROPERTIES COMPILE_OPTIONS "$<$<CONFIG:Release>:-O1>"
        )
    endif()
    add_test(NAME ${name} COMMAND ${name})
    farstep_set_test_properties(${name} 1 ${arg_THREADS})
    foreach(ranks IN LISTS arg_RANKS)
        set(test ${name}.ranks_${ranks})
        add_test(
            NAME ${test}
            COMMAND "${MPIEXEC_EXECUTABLE}" ${farstep_mpiexec_flags} ${MPIEXEC_NUMPROC_FLAG} ${ranks}
                    ${MPIEXEC_PREFLAGS} $<TARGET_FILE:${name}> ${MPIEXEC_POSTFLAGS}
        )
        farstep_set_test_properties(${test} ${ranks} 1)
    endforeach()
endfunction()

# farstep_add_program_test(<name> COMMAND <target or program> <argument>... [RANKS <n>]
#                          [LABELS <label>...] [TIMEOUT <seconds>])
# Registers a program's run as a test: under mpirun with RANKS, else alone.
function(farstep_add_program_test name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "RANKS;TIMEOUT" "COMMAND;LABELS")
    if(NOT arg_COMMAND OR arg_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "farstep_add_program_test(${name} COMMAND ...): '${arg_UNPARSED_ARGUMENTS}'")
    endif()
    if(NOT arg_TIMEOUT)
        set(arg_TIMEOUT 300)
    endif()
    list(POP_FRONT arg_COMMAND program)
    if(TARGET ${program})
        set(program $<TARGET_FILE:${program}>)
    endif()
    if(arg_RANKS)
        add_test(
            NAME ${name}
            COMMAND
                "${MPIEXEC_EXECUTABLE}" ${farstep_mpiexec_flags} ${MPIEXEC_NUMPROC_FLAG}
                ${arg_RANKS} ${MPIEXEC_PREFLAGS} ${program} ${MPIEXEC_POSTFLAGS} ${arg_COMMAND}
        )
        farstep_set_test_properties(${name} ${arg_RANKS} 1)
    else()
        add_test(NAME ${name} COMMAND ${program} ${arg_COMMAND})
        farstep_set_test_properties(${name} 1 2)
    endif()
endfunction()

# Uses the caller's arg_TIMEOUT and arg_LABELS.
function(farstep_set_test_properties test ranks threads)
    set(processors ${ranks})
    math(EXPR timeout "${arg_TIMEOUT} * ${FARSTEP_TEST_PATIENCE}")
    if(processors GREATER farstep_cores)
        set(processors ${farstep_cores})
    endif()
    set_tests_properties(
        ${test}
        PROPERTIES PROCESSORS ${processors}
                   TIMEOUT ${timeout}
                   LABELS "${arg_LABELS}"
                   ENVIRONMENT "${farstep_test_environment};OMP_NUM_THREADS=${threads}"
    )
endfunction()
