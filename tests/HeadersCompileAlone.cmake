# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
# Compiles every kernel header in a translation unit of its own, twice included: a header that lacks
# an include or a guard ends the build.
file(
    GLOB_RECURSE headers CONFIGURE_DEPENDS
    RELATIVE "${PROJECT_SOURCE_DIR}/kernels"
    "${PROJECT_SOURCE_DIR}/kernels/farstep/*.hpp"
)
set(units "")
foreach(header IN LISTS headers)
    string(REGEX REPLACE "[^A-Za-z0-9]" "_" name "${header}")
    set(unit "${CMAKE_CURRENT_BINARY_DIR}/headers/${name}.cpp")
    file(CONFIGURE OUTPUT "${unit}" CONTENT "#include <${header}>\n#include <${header}>\n")
    list(APPEND units "${unit}")
endforeach()
if(units)
    add_library(headers_compile_alone OBJECT ${units})
    target_link_libraries(headers_compile_alone PRIVATE farstep::kernels farstep_warnings)
    target_compile_options(headers_compile_alone PRIVATE -O0)
endif()
