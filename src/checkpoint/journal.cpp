// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
#include "checkpoint/journal.hpp"

#include "error.hpp"
#include "parallel/agree.hpp"

namespace farstep {

namespace {

[[noreturn]] void fail() {
    throw EnvironmentError("the checkpoint does not hold what it should; --fresh begins anew");
}

}  // namespace

Journal::Journal(Checkpoint& checkpoint) : m_checkpoint(checkpoint) {
    if (!m_checkpoint.saved()) return;
    together(m_checkpoint.comm(), [&] {
        const auto lengths = m_checkpoint.read<std::int64_t>("result_length");
        const auto numbers = m_checkpoint.read<double>("result");
        auto at = numbers.begin();
        for (const std::int64_t length : lengths) {
            if (length < 0 || length > numbers.end() - at) fail();
            m_results.emplace_back(at, at + length);
            at += length;
        }
        m_state = m_checkpoint.read<double>("under_way");
    });
    m_checkpoint.loaded();
}

void Journal::add(Numbers result) {
    m_results.push_back(std::move(result));
    m_next = m_results.size();
    m_state.clear();
    m_is_new = true;
    offer([] { return Numbers(); });
}

void Journal::offer(const std::function<Numbers()>& state) {
    m_checkpoint.offer([&](SavedState& saved) { describe(saved, state()); });
}

void Journal::save() {
    if (!m_is_new) return;
    m_checkpoint.save([this](SavedState& saved) { describe(saved, {}); });
    m_is_new = false;
}

std::span<const double> NumberReader::take(double count) {
    if (!(count >= 0 && count <= double(m_numbers.size() - m_at))) fail();
    const std::span<const double> taken(m_numbers.data() + m_at, std::size_t(count));
    m_at += taken.size();
    return taken;
}

void Journal::describe(SavedState& state, const Numbers& under_way) const {
    std::vector<std::int64_t> lengths;
    Numbers numbers;
    for (const Numbers& each : m_results) {
        lengths.push_back(std::int64_t(each.size()));
        numbers.insert(numbers.end(), each.begin(), each.end());
    }
    state.whole("result_length", std::move(lengths));
    state.whole("result", std::move(numbers));
    state.whole("under_way", under_way);
}

}  // namespace farstep
