// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
#include "checkpoint/journal.hpp"

#include "error.hpp"
#include "parallel/agree.hpp"

namespace farstep {

std::int64_t integer_of(double number) {
    constexpr double largest = 0x1p53;
    if (!(number >= -largest && number <= largest)) refuse_numbers();
    return std::int64_t(number);
}

void refuse_numbers() {
    throw EnvironmentError("the checkpoint does not hold what it should; --fresh begins anew");
}

Journal::Journal(Checkpoint& checkpoint) : m_checkpoint(checkpoint) {
    if (!m_checkpoint.saved()) return;
    together(m_checkpoint.comm(), [&] {
        const auto lengths = m_checkpoint.read<std::int64_t>("result_length");
        const auto numbers = m_checkpoint.read<double>("result");
        auto at = numbers.begin();
        for (const std::int64_t length : lengths) {
            if (length < 0 || length > numbers.end() - at) refuse_numbers();
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
    if (!(count >= 0 && count <= double(m_numbers.size() - m_at))) refuse_numbers();
    const std::span<const double> taken(m_numbers.data() + m_at, std::size_t(count));
    m_at += taken.size();
    return taken;
}

std::vector<double> NumberReader::numbers(std::size_t count) {
    std::vector<double> taken = numbers();
    if (taken.size() != count) refuse_numbers();
    return taken;
}

std::vector<std::int64_t> NumberReader::integers(std::size_t count) {
    std::vector<std::int64_t> values;
    for (const double number : numbers(count)) values.push_back(integer_of(number));
    return values;
}

std::string NumberReader::text() {
    std::string text;
    for (const double letter : numbers()) {
        const std::int64_t code = integer_of(letter);
        if (code < -128 || code > 255) refuse_numbers();
        text += char(code);
    }
    return text;
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
