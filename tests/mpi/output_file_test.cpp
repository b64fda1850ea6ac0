// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Files that several ranks write together: the same content on any number of ranks, and errors
// that all ranks share and that leave nothing behind.

#include "io/output_file.hpp"

#include <csignal>
#include <fstream>
#include <numeric>
#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include "error.hpp"
#include "io/input_file.hpp"
#include "parallel/agree.hpp"
#include "parallel/partition.hpp"
#include "scratch.hpp"

namespace farstep {
namespace {

using ::testing::HasSubstr;
using testing::Scratch;
using testing::world;

constexpr std::int64_t times = 5;
constexpr std::int64_t members = 23;

double state(std::int64_t time, std::int64_t member, std::int64_t component) {
    return static_cast<double>(time) + 0.01 * static_cast<double>(member) +
           100.0 * static_cast<double>(component);
}

std::vector<double> states(std::int64_t time, const Range& range) {
    std::vector<double> values;
    for (std::int64_t member = range.begin; member < range.end; ++member) {
        values.push_back(state(time, member, 0));
        values.push_back(state(time, member, 1));
    }
    return values;
}

void write_ensemble(const Communicator& comm, const std::filesystem::path& name,
                    Transfer transfer) {
    OutputFile file(comm, name, FileKind::forecast);
    file.coordinate("time", std::vector<double>{0, 1, 2, 3, 4}, {.units = "s"});
    file.coordinate("component", {"x", "v"});
    file.dimension("trajectory", members);
    file.variable("state", {"time", "trajectory", "component"}, NumberType::float64);
    file.variable("status", {"trajectory"}, NumberType::int8);
    file.variable("plain/loss", {}, NumberType::float32);
    file.begin_parallel();
    const Range range = partition(members, comm.rank(), comm.size());
    for (std::int64_t time = 0; time < times; ++time) {
        const auto values = states(time, range);
        together(comm, [&] {
            file.write("state", {{time, range.begin, 0}, {1, range.size(), 2}}, values.data(),
                       transfer);
        });
    }
    const std::vector<std::int8_t> status(static_cast<std::size_t>(range.size()), 3);
    file.write("status", {{range.begin}, {range.size()}}, status.data());
    const float loss = comm.is_root() ? 0.5f : -1.0f;
    file.write_whole("plain/loss", &loss);
    file.end_parallel();
    file.attribute("/", "wall_time_s", 1.5);
    file.commit();
}

void expect_ensemble(const std::filesystem::path& name) {
    const InputFile file(name, FileKind::forecast);
    std::vector<double> expected;
    for (std::int64_t time = 0; time < times; ++time) {
        const auto values = states(time, {0, members});
        expected.insert(expected.end(), values.begin(), values.end());
    }
    EXPECT_EQ(file.read("state"), expected);
    EXPECT_EQ(file.read<std::int8_t>("status"), std::vector<std::int8_t>(members, 3));
    EXPECT_EQ(file.read("plain/loss"), std::vector<double>{0.5});
    EXPECT_EQ(file.number("/", "wall_time_s"), 1.5);
}

/// The message of the EnvironmentError that f must throw; the same on all ranks.
template <class F>
std::string shared_error(const Communicator& comm, F&& f) {
    std::string message = "no error";
    try {
        f();
    } catch (const Error& error) {
        EXPECT_EQ(error.exit_code(), exit_environment);
        message = error.what();
    }
    std::string roots = message;
    comm.broadcast(roots);
    EXPECT_EQ(message, roots);
    return message;
}

TEST(OutputFile, HoldsTheSameOnAnyNumberOfRanks) {
    const Communicator comm = world();
    const Scratch folder(comm);
    write_ensemble(comm, folder / "together.h5", Transfer::collective);
    expect_ensemble(folder / "together.h5");
    write_ensemble(comm, folder / "each.h5", Transfer::independent);
    expect_ensemble(folder / "each.h5");
}

TEST(OutputFile, SharesRanksWithoutTrajectories) {
    const Communicator comm = world();
    const Scratch folder(comm);
    OutputFile file(comm, folder / "one.h5", FileKind::dataset);
    file.dimension("trajectory", 1);
    file.variable("energy", {"trajectory"}, NumberType::float64);
    file.begin_parallel();
    const Range range = partition(1, comm.rank(), comm.size());
    const double energy = 4.25;
    file.write("energy", {{range.begin}, {range.size()}}, range.empty() ? nullptr : &energy);
    file.commit();
    EXPECT_EQ(InputFile(folder / "one.h5").read("energy"), std::vector<double>{4.25});
    EXPECT_TRUE(folder.holds_only("one.h5"));
}

TEST(OutputFile, WritesLargeBlocksAndColumnsAlike) {
    const Communicator comm = world();
    const Scratch folder(comm);
    constexpr std::int64_t rows = 400'000;
    OutputFile file(comm, folder / "large.h5", FileKind::dataset);
    file.dimension("row", rows);
    file.dimension("column", 2);
    file.variable("blocks", {"row", "column"}, NumberType::float64);
    file.variable("columns", {"row", "column"}, NumberType::float64);
    file.begin_parallel();
    const Range range = partition(rows, comm.rank(), comm.size());
    const auto n = static_cast<std::size_t>(range.size());
    std::vector<double> block(2 * n);
    std::iota(block.begin(), block.end(), 2.0 * static_cast<double>(range.begin));
    file.write("blocks", {{range.begin, 0}, {range.size(), 2}}, block.data());
    for (std::size_t column = 0; column < 2; ++column) {
        std::vector<double> values(n);
        for (std::size_t i = 0; i < n; ++i) {
            values[i] = block[2 * i + column];
        }
        file.write("columns", {{range.begin, static_cast<std::int64_t>(column)}, {range.size(), 1}},
                   values.data());
    }
    file.commit();
    std::vector<double> expected(2 * rows);
    std::iota(expected.begin(), expected.end(), 0.0);
    const InputFile input(folder / "large.h5", FileKind::dataset);
    EXPECT_EQ(input.read("blocks"), expected);
    EXPECT_EQ(input.read("columns"), expected);
}

/// Rows [time][trajectory][3], numbered, whose blocks begin and end anywhere in pages; and one
/// number a trajectory.
class Series {
public:
    static constexpr std::int64_t times = 3, members = 80'001, row = 3;

    explicit Series(Communicator comm)
        : m_comm(comm), m_mine(partition(members, comm.rank(), comm.size())) {}

    /// What `between` does happens between the first output and the second.
    template <class F>
    void write(const std::filesystem::path& name, F&& between) const {
        OutputFile file(m_comm, name, FileKind::dataset);
        file.dimension("time", times);
        file.dimension("trajectory", members);
        file.dimension("component", row);
        file.variable("state", {"time", "trajectory", "component"}, NumberType::float64);
        file.variable("number", {"trajectory"}, NumberType::int64);
        file.begin_parallel();
        file.set_memory(1 << 20);  // less than an output of one rank
        write_numbers(file);
        for (std::int64_t time = 0; time < times; ++time) {
            write_output(file, time);
            if (time == 0) between();
        }
        file.commit();
    }

private:
    void write_numbers(OutputFile& file) const {
        file.write_behind<std::int64_t>(
            "number", {{m_mine.begin}, {m_mine.size()}},
            [&](std::int64_t first, std::int64_t count, std::int64_t* values) {
                std::iota(values, values + count, m_mine.begin + first);
            });
    }

    void write_output(OutputFile& file, std::int64_t time) const {
        file.write_behind<double>("state", {{time, m_mine.begin, 0}, {1, m_mine.size(), row}},
                                  [&](std::int64_t first, std::int64_t count, double* values) {
                                      EXPECT_EQ(first % row, 0);
                                      EXPECT_EQ(count % row, 0);
                                      std::iota(
                                          values, values + count,
                                          double((time * members + m_mine.begin) * row + first));
                                  });
    }

    Communicator m_comm;
    Range m_mine;
};

TEST(OutputFile, WritesBehindTheCallersBackWhatWriteWrites) {
    const Communicator comm = world();
    const Scratch folder(comm);
    Series(comm).write(folder / "behind.h5", [] {});
    std::vector<double> states(Series::times * Series::members * Series::row);
    std::iota(states.begin(), states.end(), 0.0);
    std::vector<std::int64_t> numbers(Series::members);
    std::iota(numbers.begin(), numbers.end(), 0);
    const InputFile input(folder / "behind.h5", FileKind::dataset);
    EXPECT_EQ(input.read("state"), states);
    EXPECT_EQ(input.read<std::int64_t>("number"), numbers);
}

TEST(OutputFile, LeavesNothingIfGivenUpWhileWriting) {
    const Communicator comm = world();
    const Scratch folder(comm);
    const std::string message = shared_error(comm, [&] {
        OutputFile file(comm, folder / "model.h5", FileKind::model);
        file.dimension("n", 4);
        file.variable("w", {"n"}, NumberType::float64);
        file.begin_parallel();
        together(comm, [&] {
            if (comm.rank() == comm.size() - 1) {
                throw EnvironmentError("the device failed");
            }
        });
        file.commit();
    });
    EXPECT_THAT(message, HasSubstr("the device failed"));
    comm.barrier();
    EXPECT_TRUE(folder.holds_only("nothing"));
}

TEST(OutputFile, RefusesAFileInPlaceOfItsFolder) {
    const Communicator comm = world();
    const Scratch folder(comm);
    on_root(comm, [&] { std::ofstream(folder / "taken") << "text"; });
    for (const char* name : {"taken/model.h5", "taken/deeper/model.h5"}) {
        const std::string message =
            shared_error(comm, [&] { OutputFile(comm, folder / name, FileKind::model); });
        EXPECT_THAT(message, HasSubstr("cannot create the folder"));
        EXPECT_THAT(message, HasSubstr("taken"));
        EXPECT_THAT(message, HasSubstr("'output'"));
    }
}

TEST(OutputFile, RefusesAFolderInPlaceOfItself) {
    const Communicator comm = world();
    const Scratch folder(comm);
    on_root(comm, [&] { std::filesystem::create_directories(folder / "model.h5"); });
    const std::string message =
        shared_error(comm, [&] { OutputFile(comm, folder / "model.h5", FileKind::model); });
    EXPECT_THAT(message, HasSubstr("is a folder"));
}

TEST(OutputFile, RefusesAFolderThatCannotBeWritten) {
    const Communicator comm = world();
    const std::string message =
        shared_error(comm, [&] { OutputFile(comm, "/proc/farstep/a.h5", FileKind::model); });
    EXPECT_THAT(message, HasSubstr("/proc/farstep"));
    shared_error(comm, [&] { OutputFile(comm, "/proc/a.h5", FileKind::model); });
}

/// Files of this process may not grow beyond a size: a full disk, nearly.
class SizeLimit {
public:
    explicit SizeLimit(rlim_t bytes) {
        m_handler = std::signal(SIGXFSZ, SIG_IGN);
        getrlimit(RLIMIT_FSIZE, &m_before);
        const rlimit limit{bytes, m_before.rlim_max};
        setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~SizeLimit() {
        setrlimit(RLIMIT_FSIZE, &m_before);
        std::signal(SIGXFSZ, m_handler);
    }
    SizeLimit(const SizeLimit&) = delete;
    SizeLimit& operator=(const SizeLimit&) = delete;

private:
    rlimit m_before{};
    void (*m_handler)(int);
};

TEST(OutputFile, FindsOutBeforeTheRunThatFilesMayNotGrowSoLarge) {
    const Communicator comm = world();
    const Scratch folder(comm);
    const std::string message = shared_error(comm, [&] {
        const SizeLimit limit(1 << 20);
        OutputFile file(comm, folder / "big.h5", FileKind::dataset);
        file.dimension("n", 1 << 20);
        file.variable("x", {"n"}, NumberType::float64);
    });
    EXPECT_THAT(message, HasSubstr("big.h5 needs 8.0 MiB of disk: no file may exceed 1.0 MiB"));
    comm.barrier();
    EXPECT_TRUE(folder.holds_only("nothing"));
}

TEST(OutputFile, SharesWhatGoesWrongBehindTheCallersBack) {
    const Communicator comm = world();
    const Scratch folder(comm);
    std::optional<SizeLimit> limit;
    const std::string message = shared_error(comm, [&] {
        Series(comm).write(folder / "behind.h5", [&] {
            if (comm.rank() == comm.size() - 1) limit.emplace(1 << 12);
        });
    });
    limit.reset();
    EXPECT_THAT(message, HasSubstr("behind.h5.part: cannot write: File too large"));
    comm.barrier();
    EXPECT_TRUE(folder.holds_only("nothing"));
}

/// A file system of 512 KiB in the folder, or none if this process may not mount one.
class TinyDisk {
public:
    TinyDisk(const Communicator& comm, const std::filesystem::path& folder)
        : m_comm(comm), m_folder(folder) {
        std::int64_t mounted = 0;
        if (m_comm.is_root()) {
            std::filesystem::create_directories(folder);
            mounted = mount("tmpfs", folder.c_str(), "tmpfs", 0, "size=512k") == 0 ? 1 : 0;
        }
        m_comm.broadcast(mounted);
        m_mounted = mounted == 1;
    }
    ~TinyDisk() {
        m_comm.barrier();
        if (m_comm.is_root() && m_mounted) {
            umount(m_folder.c_str());
        }
    }
    TinyDisk(const TinyDisk&) = delete;
    TinyDisk& operator=(const TinyDisk&) = delete;
    bool exists() const { return m_mounted; }
    std::filesystem::path operator/(const std::string& name) const { return m_folder / name; }

private:
    Communicator m_comm;
    std::filesystem::path m_folder;
    bool m_mounted = false;
};

TEST(OutputFile, ReportsAFullDiskAndCleansUp) {
    const Communicator comm = world();
    const Scratch folder(comm);
    const TinyDisk disk(comm, folder / "disk");
    if (!disk.exists()) {
        GTEST_SKIP() << "cannot mount a small file system";
    }
    const std::string by_text = shared_error(comm, [&] {
        OutputFile file(comm, disk / "a.h5", FileKind::dataset);
        file.attribute("/", "deck", std::string(400'000, 'x'));
        file.attribute("/", "recipe", std::string(400'000, 'x'));
        file.commit();
    });
    EXPECT_THAT(by_text, HasSubstr("No space left on device"));
    const std::string by_numbers = shared_error(comm, [&] {
        OutputFile file(comm, disk / "b.h5", FileKind::dataset);
        file.dimension("n", 65'000);
        file.variable("x", {"n"}, NumberType::float64);
        file.begin_parallel();
    });
    EXPECT_THAT(by_numbers, HasSubstr("b.h5 needs"));
    comm.barrier();
    EXPECT_TRUE(std::filesystem::is_empty(disk / ""));
}

TEST(OutputFile, CompletesThoughOthersFillTheDiskMeanwhile) {
    const Communicator comm = world();
    const Scratch folder(comm);
    const TinyDisk disk(comm, folder / "disk");
    if (!disk.exists()) {
        GTEST_SKIP() << "cannot mount a small file system";
    }
    const std::vector<double> values(8000, 1.5);
    OutputFile file(comm, disk / "c.h5", FileKind::dataset);
    file.dimension("n", 8000);
    file.variable("x", {"n"}, NumberType::float64);
    file.begin_parallel();
    on_root(comm, [&] { std::ofstream(disk / "other") << std::string(1'000'000, 'x'); });
    file.write_whole("x", values.data());
    file.end_parallel();
    file.attribute("/", "report", std::string(40'000, 'x'));
    file.commit();
    EXPECT_EQ(InputFile(disk / "c.h5").read("x"), values);
}

TEST(OutputFile, SaysHowMuchSpaceIsMissing) {
    const Communicator comm = world();
    const Scratch folder(comm);
    const std::string message = shared_error(comm, [&] {
        OutputFile file(comm, folder / "huge.h5", FileKind::dataset);
        file.dimension("n", std::int64_t{1} << 40);
        file.variable("x", {"n"}, NumberType::float64);
    });
    EXPECT_THAT(message, HasSubstr("huge.h5 needs 8.0 TiB of disk"));
    comm.barrier();
    EXPECT_TRUE(folder.holds_only("nothing"));
}

}  // namespace
}  // namespace farstep
