# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""Every number that the two papers print, as data. Curves that are only drawn have none.

NEURVEC: Huang et al., NeurVec: neural vectorization of numerical solvers, Scientific Reports
13:15254 (2023). ATTNS: Huang et al., AttNS, International Conference on Machine Learning (2024)."""

from __future__ import annotations

from typing import Dict, List, NamedTuple, Tuple

NEURVEC, ATTNS = "NeurVec 2023", "AttNS 2024"


class Timing(NamedTuple):
    """Mean and standard deviation of 70 runs [s]."""

    mean: float
    deviation: float


class TimingRow(NamedTuple):
    """NeurVec, Table 3: a system and scheme."""

    label: str
    coarse: Timing
    fine: Timing
    corrected: Timing


TABLE_3: Dict[str, TimingRow] = {
    "spring_chain/euler": TimingRow("spring chain, Euler", Timing(0.099, 0.002),
                                    Timing(18.510, 0.361), Timing(0.124, 0.011)),
    "spring_chain/improved_euler": TimingRow("spring chain, improved Euler", Timing(0.172, 0.002),
                                             Timing(38.891, 2.831), Timing(0.237, 0.030)),
    "spring_chain/kutta3": TimingRow("spring chain, Kutta 3", Timing(0.260, 0.002),
                                     Timing(57.921, 0.416), Timing(0.348, 0.028)),
    "spring_chain/rk4": TimingRow("spring chain, RK4", Timing(0.359, 0.004),
                                  Timing(73.012, 2.261), Timing(0.463, 0.040)),
    "henon_heiles": TimingRow("Hénon–Heiles, RK4", Timing(0.009, 0.001), Timing(5.984, 0.097),
                              Timing(0.015, 0.001)),
    "pendulum_2_link": TimingRow("2-link pendulum, RK4", Timing(0.269, 0.004),
                                 Timing(27.801, 0.280), Timing(0.441, 0.061)),
    "elastic_pendulum": TimingRow("elastic pendulum, RK4", Timing(0.056, 0.001),
                                  Timing(7.011, 0.094), Timing(0.100, 0.059)),
}

# How many times faster than the fine scheme the text says the corrected step is; "more than"
# where the text says so.
SPEED_UP = {"spring_chain/euler": 150.0, "henon_heiles": 390.0, "pendulum_2_link": 63.0,
            "elastic_pendulum": 70.0}

RUNS = 70  # behind every mean of Table 3


class TestRow(NamedTuple):
    """NeurVec, Table 4: t, and the probabilities by the pooled and by Welch's test as printed."""

    label: str
    timing: str  # key of TABLE_3
    against: str  # what the fine scheme is compared with
    t: float
    pooled: str
    welch: str


TABLE_4: List[TestRow] = [
    TestRow("Euler", "spring_chain/euler", "coarse", 461.97, "5.59e-222", "3.55e-122"),
    TestRow("Euler", "spring_chain/euler", "corrected", 461.07, "7.30e-222", "2.44e-122"),
    TestRow("improved Euler", "spring_chain/improved_euler", "coarse", 125.34, "4.87e-144",
            "3.88e-83"),
    TestRow("improved Euler", "spring_chain/improved_euler", "corrected", 125.11, "6.24e-144",
            "4.22e-83"),
    TestRow("Kutta 3", "spring_chain/kutta3", "coarse", 1252.16, "1.01e-281", "4.73e-152"),
    TestRow("Kutta 3", "spring_chain/kutta3", "corrected", 1246.92, "1.80e-281", "2.41e-153"),
    TestRow("RK4", "spring_chain/rk4", "coarse", 291.81, "1.78e-194", "2.08e-108"),
    TestRow("RK4", "spring_chain/rk4", "corrected", 291.32, "2.25e-194", "2.00e-108"),
    TestRow("Hénon–Heiles", "henon_heiles", "coarse", 557.53, "3.06e-233", "7.91e-128"),
    TestRow("Hénon–Heiles", "henon_heiles", "corrected", 556.97, "3.51e-233", "8.48e-128"),
    TestRow("2-link pendulum", "pendulum_2_link", "coarse", 888.86, "3.46e-261", "8.85e-142"),
    TestRow("2-link pendulum", "pendulum_2_link", "corrected", 859.68, "3.46e-259", "2.30e-154"),
    TestRow("elastic pendulum", "elastic_pendulum", "coarse", 669.28, "3.46e-244", "2.63e-133"),
    TestRow("elastic pendulum", "elastic_pendulum", "corrected", 550.22, "1.88e-232", "7.35e-208"),
]

# NeurVec, Fig. 7: the largest R_Diff that the text gives.
LARGEST_DIFFERENCE = 1e-6


class Variant(NamedTuple):
    """AttNS, Tables 1 and 2: mean squared error, and percentages as printed against the paper's
    own choice (None where there is none)."""

    error: float
    change: "float | None" = None
    speed: "float | None" = None


# AttNS, Table 1: depth and width of the network; "ours" has two weight layers and width 1024.
TABLE_1: Dict[str, Dict[str, Variant]] = {
    "spring_chain": {
        "ours": Variant(2.58e-6), "h=3": Variant(2.49e-6, 3.61, -88.49),
        "h=4": Variant(2.55e-6, 1.18, -93.95), "d1=512": Variant(3.76e-5, -83.36, 27.59),
        "d1=2048": Variant(2.41e-6, 7.05, -26.48)},
    "pendulum_2_link": {
        "ours": Variant(4.26e-9), "h=3": Variant(4.39e-9, -2.52, -91.60),
        "h=4": Variant(4.42e-9, -3.62, -95.64), "d1=512": Variant(2.56e-8, -93.14, 15.36),
        "d1=2048": Variant(3.98e-9, 7.03, -23.12)},
    "elastic_pendulum": {
        "ours": Variant(5.41e-7), "h=3": Variant(5.28e-7, 2.46, -90.89),
        "h=4": Variant(5.58e-7, -3.05, -95.33), "d1=512": Variant(2.56e-6, -78.87, 17.25),
        "d1=2048": Variant(4.83e-7, 12.01, -24.63)},
}

# AttNS, Table 2: a skip connection, the increment in place of the slope, other networks.
TABLE_2: Dict[str, Dict[str, Variant]] = {
    "spring_chain": {"skip": Variant(4.57e-4, -99.44), "increment": Variant(3.67e-6, -29.78)},
    "pendulum_2_link": {"skip": Variant(6.36e-6, -99.93), "increment": Variant(4.18e-9, 1.91),
                        "LSTM": Variant(1.35e-8), "Transformer": Variant(2.65e-6)},
    "elastic_pendulum": {"skip": Variant(1.39e-4, -99.61), "increment": Variant(1.65e-6, -67.21),
                         "LSTM": Variant(7.21e-6), "Transformer": Variant(3.64e-4)},
}


def change(system: str, variant: Variant) -> float:
    """The percentage that belongs to an error: the paper's choice over the variant, less one."""
    return 100 * (TABLE_1[system]["ours"].error / variant.error - 1)


# AttNS, Table 6: percent of second derivatives below thresholds.
TABLE_6: Dict[str, Tuple[List[float], List[float]]] = {
    "spring_chain": ([30, 60, 90, 120, 150, 180, 210, 240, 270],
                     [55.35, 80.51, 91.84, 96.68, 98.57, 99.41, 99.76, 99.91, 99.97]),
    "pendulum_2_link": ([5, 10, 15, 20, 25, 30, 35, 40, 45],
                        [41.10, 65.93, 80.55, 89.48, 94.66, 97.61, 99.03, 99.71, 99.95]),
}

# AttNS, the tenth of the test trajectories with the largest u'': error at T = 10.
TOP_DECILE: Dict[str, Dict[str, float]] = {
    "elastic_pendulum": {"rk4": 4.33, "neurvec": 6.32e-5, "attns": 1.34e-6},
    "pendulum_2_link": {"rk4": 3.56e-2, "neurvec": 3.54e-6, "attns": 8.54e-8},
}
