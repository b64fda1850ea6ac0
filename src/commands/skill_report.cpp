// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Measuring, writing and printing it.
#include "commands/skill_report.hpp"

#include <cmath>

#include <fmt/format.h>

#include "parallel/log.hpp"

namespace farstep {

namespace {

/// Below this anomaly correlation a forecast is called useless, by an old custom of weather services.
constexpr double useful_correlation = 0.6;

/// Bins of the histograms that files keep.
constexpr std::size_t stored_bins = 100;

double total_deviation(const Climatology& climatology) {
    double variance = 0;
    for (const double s : climatology.deviation) variance += s * s;
    return std::sqrt(variance / double(climatology.deviation.size()));
}

/// When the correlation falls below the useful one, by linear interpolation; negative if never.
double useful_lead(const std::vector<double>& times, const std::vector<double>& correlation) {
    for (std::size_t n = 1; n < times.size(); ++n) {
        if (correlation[n] >= useful_correlation) continue;
        const double share = (correlation[n - 1] - useful_correlation) /
                             (correlation[n - 1] - correlation[n]);
        return times[n - 1] + share * (times[n] - times[n - 1]);
    }
    return -1;
}

std::vector<double> coarse_frequencies(const std::vector<std::int64_t>& counts) {
    std::vector<double> result(stored_bins, 0.0);
    double all = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        result[i * stored_bins / counts.size()] += double(counts[i]);
        all += double(counts[i]);
    }
    for (double& value : result) value /= all;
    return result;
}

std::vector<double> bin_centres(const Bins& range) {
    std::vector<double> centres;
    for (std::size_t i = 0; i < stored_bins; ++i) {
        centres.push_back(range.low + (range.high - range.low) * (double(i) + 0.5) /
                                          double(stored_bins));
    }
    return centres;
}

void define_ensembles(OutputFile& file, const Setup& setup) {
    const SkillOptions& options = *setup.options.evaluate->skill;
    const std::string& time_unit = setup.system->info().time_unit;
    std::vector<double> ranks;
    for (std::int64_t rank = 0; rank <= options.members; ++rank) ranks.push_back(double(rank));
    file.variable("normalised_rmse", {"rollout", "time"}, NumberType::float64,
                  {"1", "root mean squared error in deviations of the truth", {}});
    file.variable("anomaly_correlation", {"rollout", "time"}, NumberType::float64,
                  {"1", "correlation of departures from the climatological mean", {}});
    file.group("ensembles");
    file.coordinate("ensembles/lead", options.leads, {time_unit, "lead time", {}});
    file.coordinate("ensembles/rank", ranks, {"1", "members that the truth exceeds", {}});
    file.variable("ensembles/count", {"lead", "rank"}, NumberType::int64,
                  {"1", "how often the truth has that rank", {}});
    file.variable("ensembles/spread", {"lead"}, NumberType::float64,
                  {"1", "of the members, in deviations of the truth", {}});
    file.variable("ensembles/error", {"lead"}, NumberType::float64,
                  {"1", "of the members' mean, in deviations of the truth", {}});
}

void define_climate(OutputFile& file, const Climate& climate) {
    file.group("climate");
    file.dimension("climate/histogram", std::int64_t(climate.truth.counts.size()));
    file.dimension("climate/bin", stored_bins);
    file.variable("climate/value", {"histogram", "bin"}, NumberType::float64,
                  {"", "middle of each bin, in the unit of its component", {}});
    file.variable("climate/truth", {"histogram", "bin"}, NumberType::float64,
                  {"1", "share of the true states in each bin", {}});
    file.variable("climate/frequency", {"rollout", "histogram", "bin"}, NumberType::float64,
                  {"1", "share of the rollouts' states in each bin", {}});
    file.variable("climate/kolmogorov_smirnov", {"rollout"}, NumberType::float64,
                  {"1", "largest difference of the distribution functions to the truth's", {}});
    file.variable("climate/hellinger", {"rollout"}, NumberType::float64,
                  {"1", "Hellinger distance to the truth's histogram", {}});
    file.attribute("climate", "kolmogorov_smirnov_floor", climate.floor.kolmogorov_smirnov);
    file.attribute("climate", "hellinger_floor", climate.floor.hellinger);
}

void write_ensembles(OutputFile& file, const ReferenceRun& reference,
                     const std::vector<Contender>& contenders, const EnsembleSkill& ensembles) {
    std::vector<double> rmse, correlation;
    for (const Contender& contender : contenders) {
        const auto error = normalised_error(contender.errors, reference.climatology);
        rmse.insert(rmse.end(), error.begin(), error.end());
        const auto& line = contender.errors.anomaly_correlation;
        correlation.insert(correlation.end(), line.begin(), line.end());
    }
    file.write_whole("normalised_rmse", rmse.data());
    file.write_whole("anomaly_correlation", correlation.data());
    std::vector<std::int64_t> counts;
    for (const auto& line : ensembles.ranks) counts.insert(counts.end(), line.begin(), line.end());
    file.write_whole("ensembles/count", counts.data());
    file.write_whole("ensembles/spread", ensembles.spread.data());
    file.write_whole("ensembles/error", ensembles.error.data());
}

void write_climate(OutputFile& file, const Climate& climate) {
    std::vector<double> values, truth, frequencies, smirnov, hellinger;
    const auto append = [](std::vector<double>& all, const std::vector<double>& more) {
        all.insert(all.end(), more.begin(), more.end());
    };
    for (const Bins& range : climate.truth.range) append(values, bin_centres(range));
    for (const auto& row : climate.truth.counts) append(truth, coarse_frequencies(row));
    for (std::size_t i = 0; i < climate.others.size(); ++i) {
        for (const auto& row : climate.others[i].counts) {
            append(frequencies, coarse_frequencies(row));
        }
        smirnov.push_back(climate.distances[i].kolmogorov_smirnov);
        hellinger.push_back(climate.distances[i].hellinger);
    }
    file.write_whole("climate/value", values.data());
    file.write_whole("climate/truth", truth.data());
    file.write_whole("climate/frequency", frequencies.data());
    file.write_whole("climate/kolmogorov_smirnov", smirnov.data());
    file.write_whole("climate/hellinger", hellinger.data());
}

std::string skill_columns(const Setup& setup, const ReferenceRun& reference,
                          const RolloutError& errors) {
    const EvaluateOptions& options = *setup.options.evaluate;
    const auto rmse = normalised_error(errors, reference.climatology);
    std::string text;
    for (const double lead : options.skill->leads) {
        text += fmt::format(" {:>9.3f}", rmse[std::size_t(steps_in(lead, options.every))]);
    }
    const double lead = useful_lead(reference.times, errors.anomaly_correlation);
    return text + (lead < 0 ? fmt::format(" {:>9}", fmt::format("> {:g}", options.until))
                            : fmt::format(" {:>9.2f}", lead));
}

std::string climate_columns(const ClimateDistance& distance) {
    return fmt::format(" {:>9.4f} {:>9.4f}", distance.kolmogorov_smirnov, distance.hellinger);
}

}  // namespace

std::vector<double> normalised_error(const RolloutError& errors, const Climatology& climatology) {
    const double deviation = total_deviation(climatology);
    std::vector<double> result;
    for (const double square : errors.mean_square) result.push_back(std::sqrt(square) / deviation);
    return result;
}

SkillReport measure_skill(const Context& context, const Setup& setup, const ReferenceRun& reference,
                          const std::vector<Contender>& contenders) {
    const EvaluateOptions& options = *setup.options.evaluate;
    SkillReport report;
    if (options.skill) {
        report.ensembles = measure_ensembles(context, setup, reference,
                                             *contenders[corrected_contender].stepper);
    }
    if (options.climate) {
        std::vector<const Stepper*> steppers;
        for (const Contender& contender : contenders) steppers.push_back(contender.stepper.get());
        report.climate = measure_climate(context, setup, reference, steppers);
    }
    return report;
}

void define_skill(OutputFile& file, const Setup& setup, const SkillReport& report) {
    if (report.ensembles) define_ensembles(file, setup);
    if (report.climate) define_climate(file, *report.climate);
}

void write_skill(OutputFile& file, const ReferenceRun& reference,
                 const std::vector<Contender>& contenders, const SkillReport& report) {
    if (report.ensembles) write_ensembles(file, reference, contenders, *report.ensembles);
    if (report.climate) write_climate(file, *report.climate);
}

void print_skill(const Communicator& comm, const Setup& setup, const ReferenceRun& reference,
                 const std::vector<Contender>& contenders, const SkillReport& report,
                 double best_plain_cost) {
    const EvaluateOptions& options = *setup.options.evaluate;
    if (!report.ensembles && !report.climate) return;
    std::string titles;
    if (report.ensembles) {
        for (const double lead : options.skill->leads) {
            titles += fmt::format(" {:>9}", fmt::format("t = {:g}", lead));
        }
        titles += fmt::format(" {:>9}", "AC > 0.6");
    }
    if (report.climate) titles += fmt::format(" {:>9} {:>9}", "KS", "Hellinger");
    say(comm, "\n  error in deviations of the truth by lead time, useful lead, climate, cost");
    say(comm, "  {:<14}{} {:>10} {:>9}", "rollout", titles, "ns/time", "cheaper");
    for (std::size_t i = 0; i < contenders.size(); ++i) {
        const Contender& contender = contenders[i];
        say(comm, "  {:<14}{}{} {:>10.4g} {:>9.3g}", contender.name,
            report.ensembles ? skill_columns(setup, reference, contender.errors) : "",
            report.climate ? climate_columns(report.climate->distances[i]) : "", contender.cost,
            best_plain_cost / contender.cost);
    }
    if (report.climate) {
        say(comm, "  two runs of the truth are {:.4f} (KS) and {:.4f} (Hellinger) apart",
            report.climate->floor.kolmogorov_smirnov, report.climate->floor.hellinger);
    }
    if (!report.ensembles) return;
    const EnsembleSkill& ensembles = *report.ensembles;
    for (std::size_t i = 0; i < options.skill->leads.size(); ++i) {
        say(comm, "  ensembles of {} at t = {:g}: spread {:.3f}, error of the mean {:.3f}",
            options.skill->members, options.skill->leads[i], ensembles.spread[i],
            ensembles.error[i]);
    }
}

}  // namespace farstep
