// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Wording, layout and timing of progress reports.

#include "parallel/progress.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

namespace farstep {
namespace {

constexpr int bar_width = 24;
constexpr double bar_every_s = 0.1;

std::string describe_count(std::int64_t count) {
    constexpr std::int64_t long_number = 10'000'000;
    return count < long_number ? fmt::format("{}", count)
                               : fmt::format("{:.3g}", static_cast<double>(count));
}

std::string describe_rate(const ProgressState& state, const std::string& unit) {
    const double rate = static_cast<double>(state.done) / std::max(state.elapsed_s, 1e-9);
    return fmt::format("{:.3g} {}/s", rate, unit);
}

double fraction(const ProgressState& state) {
    return std::clamp(static_cast<double>(state.done) / static_cast<double>(state.total), 0., 1.);
}

}  // namespace

std::string describe_duration(double seconds) {
    if (seconds < 10) {
        return fmt::format("{:.{}f} s", seconds, seconds < 1 ? 2 : 1);
    }
    const long long whole = std::llround(seconds);
    if (whole < 60) {
        return fmt::format("{} s", whole);
    }
    if (whole < 3600) {
        return fmt::format("{} min {:02} s", whole / 60, whole % 60);
    }
    return fmt::format("{} h {:02} min", whole / 3600, whole % 3600 / 60);
}

std::string describe_progress(const ProgressState& state, const std::string& unit) {
    if (state.total <= 0) {
        return fmt::format("{} {}, {}", describe_count(state.done), unit,
                           describe_rate(state, unit));
    }
    const int percent = static_cast<int>(100 * fraction(state));
    if (state.done <= 0 || state.elapsed_s <= 0) {
        return fmt::format("{} %", percent);
    }
    const double left_s = state.elapsed_s * (1 / fraction(state) - 1);
    return fmt::format("{} %, {}, {} left", percent, describe_rate(state, unit),
                       describe_duration(left_s));
}

Progress::Progress(const Communicator& comm, std::string label, std::int64_t total,
                   std::string unit, ProgressOptions options)
    : m_label(std::move(label)),
      m_unit(std::move(unit)),
      m_options(options),
      m_state{0, total, 0},
      m_active(comm.is_root() && !options.quiet),
      m_on_terminal(m_active && options.on_terminal.value_or(isatty(fileno(options.stream)) != 0)),
      m_start(Clock::now()),
      m_last_print(m_start) {
    if (m_active && !m_on_terminal) {
        print_line(total > 0 ? fmt::format("0 of {} {}", describe_count(total), m_unit)
                             : std::string("started"));
    }
}

Progress::~Progress() {
    if (m_active && m_bar_drawn) {
        std::fputc('\n', m_options.stream);
    }
}

void Progress::update(std::int64_t done) {
    m_state.done = done;
    if (!m_active) {
        return;
    }
    const auto now = Clock::now();
    const double pause_s = m_on_terminal ? bar_every_s : m_options.line_every_s;
    if (seconds_between(m_last_print, now) < pause_s) {
        return;
    }
    m_last_print = now;
    m_state.elapsed_s = seconds_between(m_start, now);
    if (m_on_terminal) {
        print_bar();
        m_bar_drawn = true;
    } else {
        print_line(describe_progress(m_state, m_unit));
    }
}

void Progress::finish() {
    if (!m_active) {
        return;
    }
    m_active = false;
    m_state.elapsed_s = seconds_since(m_start);
    if (m_on_terminal) {
        fmt::print(m_options.stream, "\r\033[K");
    }
    print_line(fmt::format("{} {} in {}, {}", describe_count(m_state.done), m_unit,
                           describe_duration(m_state.elapsed_s), describe_rate(m_state, m_unit)));
}

void Progress::print_bar() const {
    std::string bar;
    if (m_state.total > 0) {
        const auto filled = static_cast<std::size_t>(std::lround(bar_width * fraction(m_state)));
        bar =
            fmt::format("[{}{}] ", std::string(filled, '#'), std::string(bar_width - filled, '-'));
    }
    fmt::print(m_options.stream, "\r  {:<10} {}{}\033[K", m_label, bar,
               describe_progress(m_state, m_unit));
    std::fflush(m_options.stream);
}

void Progress::print_line(const std::string& text) const {
    fmt::print(m_options.stream, "  {:<10} {}\n", m_label, text);
    std::fflush(m_options.stream);
}

}  // namespace farstep
