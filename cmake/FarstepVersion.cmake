# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
# farstep_add_version_header(<target>): gives the target 'farstep_version.hpp', which is written
# when building, and only when its content changes.
function(farstep_add_version_header target)
    set(folder "${PROJECT_BINARY_DIR}/generated")
    string(TOUPPER "${CMAKE_BUILD_TYPE}" build_type)
    set(flags "${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${build_type}}")
    if(CMAKE_BUILD_TYPE MATCHES "^(Release|RelWithDebInfo|MinSizeRel)$")
        string(APPEND flags " ${FARSTEP_OPTIMIZATION_FLAGS}")
    endif()
    string(REGEX REPLACE "[ \t]+" " " flags "${flags}")
    string(STRIP "${flags}" flags)
    find_package(Git QUIET)
    add_custom_target(
        farstep_version_header
        COMMAND
            "${CMAKE_COMMAND}" "-DSOURCE_DIR=${PROJECT_SOURCE_DIR}" "-DGIT=${GIT_EXECUTABLE}"
            "-DVERSION=${PROJECT_VERSION}"
            "-DCOMPILER=${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}"
            "-DBUILD_TYPE=${CMAKE_BUILD_TYPE}" "-DFLAGS=${flags}"
            "-DTEMPLATE=${PROJECT_SOURCE_DIR}/cmake/version.hpp.in"
            "-DHEADER=${folder}/farstep_version.hpp" -P
            "${PROJECT_SOURCE_DIR}/cmake/WriteVersion.cmake"
        BYPRODUCTS "${folder}/farstep_version.hpp"
        COMMENT "Checking farstep_version.hpp"
        VERBATIM
    )
    add_dependencies(${target} farstep_version_header)
    target_include_directories(${target} PRIVATE "${folder}")
endfunction()
