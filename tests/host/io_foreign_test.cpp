// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Files that are not ours, not whole, or not honest: each is read, or refused with one sentence.

#include <fstream>
#include <functional>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../mpi/scratch.hpp"
#include "error.hpp"
#include "io/input_file.hpp"
#include "io/seal.hpp"
#include "io_example.hpp"

namespace farstep {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::Scratch;

/// The message of the EnvironmentError that f must throw.
std::string error_of(const std::function<void()>& f) {
    try {
        f();
    } catch (const EnvironmentError& error) {
        return error.what();
    }
    return "no error";
}

std::string opening(const std::filesystem::path& name, FileKind expected) {
    return error_of([&] { const InputFile file(name, expected); });
}

std::string bytes_of_file(const std::filesystem::path& name) {
    std::ifstream stream(name, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

struct ForeignDataset {
    const char* name = "x";
    Shape shape;
    H5D_alloc_time_t allocation = H5D_ALLOC_TIME_LATE;
    std::vector<hsize_t> chunk = {};
    unsigned deflation = 0;
    unsigned deflations = 1;
    const char* external = nullptr;
};

/// As another program would write it: plain HDF5, no dimension scales.
Hdf5Handle create(const Hdf5Handle& file, const ForeignDataset& dataset, hid_t type) {
    const Hdf5Handle creation(H5Pcreate(H5P_DATASET_CREATE));
    if (!dataset.chunk.empty()) {
        H5Pset_chunk(creation.get(), static_cast<int>(dataset.chunk.size()), dataset.chunk.data());
    }
    for (unsigned i = 0; dataset.deflation > 0 && i < dataset.deflations; ++i) {
        H5Pset_deflate(creation.get(), dataset.deflation);
    }
    if (dataset.external != nullptr) {
        H5Pset_external(creation.get(), dataset.external, 0, H5F_UNLIMITED);
    }
    H5Pset_alloc_time(creation.get(), dataset.allocation);
    return Hdf5Handle(H5Dcreate2(file.get(), dataset.name, type, simple_space(dataset.shape).get(),
                                 H5P_DEFAULT, creation.get(), H5P_DEFAULT));
}

Hdf5Handle create_file(const std::filesystem::path& name) {
    return Hdf5Handle(H5Fcreate(name.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT));
}

TEST(InputFile, SaysWhatToDoAboutAMissingFile) {
    EXPECT_THAT(opening("no/dataset.h5", FileKind::dataset),
                AllOf(HasSubstr("no/dataset.h5: does not exist"), HasSubstr("farstep generate")));
    const Scratch folder;
    EXPECT_THAT(opening(folder.path(), FileKind::model), HasSubstr("is not a file"));
}

TEST(InputFile, RefusesAnotherKindOfFile) {
    const Scratch folder;
    testing::write_example(folder / "a.h5");
    EXPECT_THAT(opening(folder / "a.h5", FileKind::model),
                AllOf(HasSubstr("is a forecast file where a model file is needed"),
                      HasSubstr("farstep train")));
    create_file(folder / "b.h5").close();
    EXPECT_THAT(opening(folder / "b.h5", FileKind::model), HasSubstr("not a file of Farstep's"));
    EXPECT_EQ(InputFile(folder / "b.h5").kind(), std::nullopt);
}

TEST(InputFile, RefusesWhatIsNoHdf5) {
    const Scratch folder;
    std::ofstream(folder / "empty.h5").close();
    std::ofstream(folder / "text.h5") << "system: lorenz63\n";
    for (const char* name : {"empty.h5", "text.h5"}) {
        EXPECT_THAT(opening(folder / name, FileKind::dataset),
                    HasSubstr("is truncated, damaged or no HDF5 file"));
    }
}

TEST(InputFile, RefusesATruncatedFileAtAnyLength) {
    const Scratch folder;
    testing::write_example(folder / "whole.h5");
    const std::string whole = bytes_of_file(folder / "whole.h5");
    for (std::size_t length = 0; length < whole.size() - 32; length += whole.size() / 20) {
        std::ofstream(folder / "cut.h5", std::ios::binary) << whole.substr(0, length);
        EXPECT_THAT(opening(folder / "cut.h5", FileKind::forecast), HasSubstr("truncated"));
    }
}

TEST(InputFile, RefusesDamageAnywhere) {
    const Scratch folder;
    testing::write_example(folder / "whole.h5");
    const std::string whole = bytes_of_file(folder / "whole.h5");
    const std::size_t before_seal = whole.size() - 32;
    for (std::size_t at = 0; at < before_seal; at += 101) {
        std::string damaged = whole;
        damaged[at] = static_cast<char>(~damaged[at]);
        std::ofstream(folder / "damaged.h5", std::ios::binary) << damaged;
        EXPECT_THAT(opening(folder / "damaged.h5", FileKind::forecast),
                    HasSubstr("is damaged: its content does not match its checksum"));
    }
}

TEST(InputFile, RefusesDamagedHdf5WithoutSeal) {
    const Scratch folder;
    testing::write_example(folder / "whole.h5");
    std::string bytes = bytes_of_file(folder / "whole.h5");
    const auto header = bytes.find("OHDR");
    ASSERT_NE(header, std::string::npos);
    bytes[header + 10] = static_cast<char>(~bytes[header + 10]);
    bytes.resize(bytes.size() - 32);
    std::ofstream(folder / "damaged.h5", std::ios::binary) << bytes;
    EXPECT_THAT(opening(folder / "damaged.h5", FileKind::forecast), HasSubstr("damaged"));
}

TEST(InputFile, AcceptsFilesThatOtherProgramsExtended) {
    const Scratch folder;
    testing::write_example(folder / "a.h5");
    EXPECT_EQ(check_seal(folder / "a.h5"), Seal::intact);
    {
        const Hdf5Handle file(H5Fopen((folder / "a.h5").c_str(), H5F_ACC_RDWR, H5P_DEFAULT));
        ASSERT_TRUE(write_attribute(file.get(), "note", "mine"));
    }
    EXPECT_EQ(check_seal(folder / "a.h5"), Seal::absent);
    EXPECT_EQ(InputFile(folder / "a.h5", FileKind::forecast).text("/", "note"), "mine");
}

TEST(Seal, LeavesLargeVariablesOut) {
    const Scratch folder;
    std::ofstream(folder / "a") << std::string(1000, 'x');
    const std::vector<ByteRange> ranges{{600, 100}, {200, 50}};
    write_seal(folder / "a", ranges);
    std::string bytes = bytes_of_file(folder / "a");
    EXPECT_EQ(std::ssize(bytes), 1000 + seal_bytes(2));
    for (const auto& [at, expected] : {std::pair{220, Seal::intact},
                                       {699, Seal::intact},
                                       {199, Seal::broken},
                                       {250, Seal::broken},
                                       {999, Seal::broken},
                                       {1000, Seal::broken}}) {
        std::string changed = bytes;
        changed[static_cast<std::size_t>(at)] ^= 1;
        std::ofstream(folder / "b", std::ios::binary) << changed;
        EXPECT_EQ(check_seal(folder / "b"), expected) << at;
    }
}

TEST(InputFile, DoesNotBelieveSizesBeyondItsLength) {
    const Scratch folder;
    Hdf5Handle file = create_file(folder / "liar.h5");
    const std::int64_t tebi = std::int64_t{1} << 40;
    create(file, {.name = "contiguous", .shape = {tebi, 8}}, H5T_NATIVE_DOUBLE);
    create(file, {.name = "chunked", .shape = {tebi, 8}, .chunk = {4, 4}}, H5T_NATIVE_DOUBLE);
    create(file, {.name = "packed", .shape = {tebi}, .chunk = {4}, .deflation = 1},
           H5T_NATIVE_DOUBLE);
    create(file, {.name = "overflowing", .shape = {tebi, tebi, tebi}}, H5T_NATIVE_DOUBLE);
    create(file, {.name = "texts", .shape = {tebi}}, utf8_string_type().get());
    file.close();
    const InputFile input(folder / "liar.h5");
    for (const char* name : {"contiguous", "chunked", "packed", "overflowing"}) {
        EXPECT_THAT(error_of([&] { input.read(name); }),
                    AllOf(HasSubstr(name), HasSubstr("larger than its file")));
    }
    EXPECT_THAT(error_of([&] { input.read_texts("texts"); }), HasSubstr("larger than its file"));
}

TEST(InputFile, ChecksTheSizeBehindAShape) {
    const Scratch folder;
    Hdf5Handle file = create_file(folder / "a.h5");
    create(file, {.shape = {std::int64_t{1} << 31, 4}}, H5T_NATIVE_DOUBLE);
    file.close();
    const InputFile input(folder / "a.h5");
    EXPECT_EQ(error_of([&] {
                  input.require_shape("x", {-1, 3});
              }).find("larger"),
              std::string::npos);
    EXPECT_THAT(error_of([&] {
                    input.require_shape("x", {-1, 4});
                }),
                HasSubstr("larger than its file"));
}

TEST(InputFile, RefusesDeflationUponDeflation) {
    const Scratch folder;
    Hdf5Handle file = create_file(folder / "a.h5");
    Hdf5Handle data =
        create(file, {.shape = {1000}, .chunk = {1000}, .deflation = 9, .deflations = 2},
               H5T_NATIVE_DOUBLE);
    const std::vector<double> zeros(1000, 0.0);
    H5Dwrite(data.get(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, zeros.data());
    data.close();
    file.close();
    EXPECT_THAT(error_of([&] { InputFile(folder / "a.h5").read("x"); }),
                AllOf(HasSubstr("filter deflate"), HasSubstr("h5repack")));
}

/// Many texts that are one and the same long one in the file.
TEST(InputFile, ReadsNoMoreTextThanTheFileHolds) {
    const Scratch folder;
    const std::int64_t count = 1000;
    const std::string text(100'000, 'x');
    Hdf5Handle file = create_file(folder / "a.h5");
    Hdf5Handle data = create(file, {.shape = {count}}, utf8_string_type().get());
    std::vector<const char*> texts(count, "");
    texts.front() = text.c_str();
    H5Dwrite(data.get(), utf8_string_type().get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, texts.data());
    const auto offset = static_cast<std::size_t>(H5Dget_offset(data.get()));
    data.close();
    file.close();
    EXPECT_EQ(InputFile(folder / "a.h5").read_texts("x").front(), text);
    std::string bytes = bytes_of_file(folder / "a.h5");
    constexpr std::size_t reference = 16;  // length, place of the heap, number in it
    for (std::size_t i = 1; i < std::size_t(count); ++i) {
        bytes.replace(offset + i * reference, reference, bytes, offset, reference);
    }
    std::ofstream(folder / "b.h5", std::ios::binary) << bytes;
    EXPECT_THAT(error_of([&] { InputFile(folder / "b.h5").read_texts("x"); }),
                HasSubstr("cannot be read"));
}

TEST(InputFile, RefusesLinksToOtherFiles) {
    const Scratch folder;
    Hdf5Handle file = create_file(folder / "a.h5");
    H5Lcreate_external("b.h5", "x", file.get(), "x", H5P_DEFAULT, H5P_DEFAULT);
    file.close();
    EXPECT_THAT(error_of([&] { InputFile(folder / "a.h5").read("x"); }),
                HasSubstr("lies in another file"));
}

TEST(InputFile, RefusesNumbersKeptInOtherFiles) {
    const Scratch folder;
    Hdf5Handle file = create_file(folder / "a.h5");
    const std::string beside = folder / "beside.raw";
    create(file, {.shape = {16}, .external = beside.c_str()}, H5T_NATIVE_INT8);
    file.close();
    EXPECT_THAT(error_of([&] { InputFile(folder / "a.h5").read("x"); }), HasSubstr("other files"));
}

TEST(InputFile, ReadsCompressedNumbersWithoutNamedDimensions) {
    const Scratch folder;
    Hdf5Handle file = create_file(folder / "a.h5");
    const std::vector<int> sevens(200, 7);
    Hdf5Handle data =
        create(file, {.shape = {100, 2}, .chunk = {50, 2}, .deflation = 9}, H5T_STD_I16BE);
    H5Dwrite(data.get(), H5T_NATIVE_INT, H5S_ALL, H5S_ALL, H5P_DEFAULT, sevens.data());
    data.close();
    file.close();
    const InputFile input(folder / "a.h5");
    EXPECT_EQ(input.read("x"), std::vector<double>(200, 7));
    EXPECT_THAT(input.dimensions("x"), ElementsAre("", ""));
}

TEST(InputFile, ReadsTextsOfFixedLength) {
    const Scratch folder;
    Hdf5Handle file = create_file(folder / "a.h5");
    const Hdf5Handle type(H5Tcopy(H5T_FORTRAN_S1));
    H5Tset_size(type.get(), 3);
    {
        const Hdf5Handle data = create(file, {.shape = {2}}, type.get());
        H5Dwrite(data.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, "x  phi");
        const Hdf5Handle attribute(H5Acreate2(data.get(), "units", type.get(),
                                              simple_space({}).get(), H5P_DEFAULT, H5P_DEFAULT));
        H5Awrite(attribute.get(), type.get(), "m/s");
    }
    file.close();
    const InputFile input(folder / "a.h5");
    EXPECT_THAT(input.read_texts("x"), ElementsAre("x", "phi"));
    EXPECT_EQ(input.text("x", "units"), "m/s");
    EXPECT_THAT(error_of([&] { input.read("x"); }), HasSubstr("does not hold numbers"));
}

TEST(InputFile, NamesWhatItLacks) {
    const Scratch folder;
    testing::write_example(folder / "a.h5");
    const InputFile input(folder / "a.h5");
    EXPECT_THAT(error_of([&] { input.read("weights"); }),
                AllOf(HasSubstr("a.h5"), HasSubstr("no variable 'weights'")));
    EXPECT_THAT(error_of([&] { input.read("plain"); }), HasSubstr("'plain' is no variable"));
    EXPECT_THAT(error_of([&] { input.read_texts("state"); }), HasSubstr("holds numbers"));
    EXPECT_THAT(error_of([&] { input.text("nowhere", "units"); }), HasSubstr("no 'nowhere'"));
}

}  // namespace
}  // namespace farstep
