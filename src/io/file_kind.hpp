// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// The kinds of file a run writes. The name of its kind stands in each file's root attribute
// `farstep_kind`.

#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace farstep {

enum class FileKind { dataset, model, forecast, evaluation, tuning, checkpoint };

inline constexpr const char* kind_attribute = "farstep_kind";

namespace detail {
inline constexpr std::array<const char*, 6> kind_names{"dataset",    "model",  "forecast",
                                                       "evaluation", "tuning", "checkpoint"};
inline constexpr std::array<const char*, 6> kind_makers{"generate", "train", "forecast",
                                                        "evaluate", "tune",  "run"};
}  // namespace detail

constexpr const char* name_of(FileKind kind) {
    return detail::kind_names[static_cast<std::size_t>(kind)];
}

/// The subcommand that writes such a file.
constexpr const char* maker_of(FileKind kind) {
    return detail::kind_makers[static_cast<std::size_t>(kind)];
}

constexpr std::optional<FileKind> file_kind(std::string_view name) {
    for (std::size_t i = 0; i < detail::kind_names.size(); ++i) {
        if (name == detail::kind_names[i]) {
            return static_cast<FileKind>(i);
        }
    }
    return std::nullopt;
}

}  // namespace farstep
