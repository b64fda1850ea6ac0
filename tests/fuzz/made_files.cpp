// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// The decks, and running their stages.

#include "made_files.hpp"

#include <fmt/format.h>

#include "commands/stages.hpp"
#include "io/attributes.hpp"
#include "io/hdf5.hpp"

namespace farstep::fuzz {
namespace {

const std::string plain_deck = R"(
system: henon_heiles
step: 0.5
ensemble: {size: 8}
generate: {until: 2}
train: {approximator: {hidden: 3}, fit: ridge, ridge: {scales: [0.1], penalties: [1e-12]}}
)";

const std::string polynomial_deck = R"(
system: henon_heiles
step: 0.5
ensemble: {size: 16}
generate: {until: 4}
train: {approximator: {type: polynomial, degree: 2}, fit: ridge, ridge: {penalties: [1e-12]}}
)";

const std::string ring_deck = R"(
system: {name: lorenz96, variables: 8}
step: 0.05
ensemble: {size: 8}
generate: {until: 0.2}
train: {approximator: {hidden: 3, neighbours: 2}, fit: ridge, ridge: {scales: [0.1], penalties: [1e-12]}}
)";

const std::string varied_deck = R"(
system: {name: spring_chain, masses: 5, parameters: {k_1: {uniform: [1, 2]}}}
step: 0.2
ensemble: {size: 16}
generate: {until: 0.8}
train:
  conditions: k_1
  approximator: {hidden: 3}
  fit: ridge
  ridge: {scales: [0.1], penalties: [1e-12]}
forecast: {until: 0.2}
)";

const std::string foreign_deck = R"(
system: {name: spring_chain, masses: 5, parameters: {file: FILE, columns: [k_1]}}
step: 0.2
ensemble: {size: 8, initial: {file: FILE}}
generate: {until: 1}
)";

const Context context{{}, {.quiet = true}};

MadeFile dataset_of(const std::string& name, const std::string& deck) {
    const Setup setup = setup_of(name, deck);
    make_dataset(context, setup);
    return made(setup, setup.dataset_path());
}

MadeFile model_of(const std::string& name, const std::string& deck) {
    const Setup setup = setup_of(name, deck);
    make_dataset(context, setup);
    make_model(context, setup);
    return made(setup, setup.model_path());
}

void write_foreign(const Hdf5Handle& file, const char* name, const Shape& shape) {
    const Hdf5Handle variable(H5Dcreate2(file.get(), name, H5T_IEEE_F64LE,
                                         simple_space(shape).get(), H5P_DEFAULT, H5P_DEFAULT,
                                         H5P_DEFAULT));
    const std::vector<double> values(static_cast<std::size_t>(element_count(shape)), 0.25);
    H5Dwrite(variable.get(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
    write_attribute(file.get(), "note", "of another program");
}

}  // namespace

Setup setup_of(const std::string& name, std::string deck) {
    const auto path = folder() / (name + ".yaml");
    deck += fmt::format("output: \"{}\"\n", (folder() / name).string());
    write_bytes(path, {reinterpret_cast<const std::uint8_t*>(deck.data()), deck.size()});
    return read_setup({}, path, {});
}

MadeFile made(const Setup& setup, const std::filesystem::path& file) {
    return {setup, unsealed(file), names_in(file)};
}

const std::vector<MadeFile>& made_datasets() {
    static const std::vector<MadeFile> files{dataset_of("plain", plain_deck),
                                             dataset_of("varied", varied_deck)};
    return files;
}

const std::vector<MadeFile>& made_models() {
    static const std::vector<MadeFile> files{
        model_of("plain", plain_deck), model_of("polynomial", polynomial_deck),
        model_of("ring", ring_deck), model_of("varied", varied_deck)};
    return files;
}

const std::vector<MadeFile>& foreign_files() {
    static const std::vector<MadeFile> files = [] {
        const auto path = folder() / "edited.h5";
        Hdf5Handle file(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT));
        write_foreign(file, "initial", {8, 10});
        write_foreign(file, "parameters", {8, 1});
        file.close();
        std::string deck = foreign_deck;
        for (std::size_t at; (at = deck.find("FILE")) != std::string::npos;) {
            deck.replace(at, 4, '"' + path.string() + '"');
        }
        return std::vector<MadeFile>{made(setup_of("foreign", deck), path)};
    }();
    return files;
}

int fuzz_file(const std::vector<MadeFile>& files, std::span<const std::uint8_t> input,
              const std::function<void(const Setup&, const std::filesystem::path&)>& read) {
    Bytes bytes(input);
    const MadeFile& chosen = files[bytes.below(files.size())];
    const auto path = folder() / "edited.h5";
    write_edited(path, chosen.bytes, chosen.names, bytes);
    expect_refusal({exit_environment}, [&] { read(chosen.setup, path); });
    return 0;
}

}  // namespace farstep::fuzz
