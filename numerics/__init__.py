"""Two-layer networks as numbers: float64, high precision and rigorous balls behind one interface."""

from numerics.arithmetic import Arithmetic, Array, Ball, DoubleDouble, Float64, Mp, exact, parse_precision
from numerics.choice import best_engine, best_gram_matrix
from numerics.compressed import CompressedNet, SoftmaxNet, arrays_of, grid_symmetric_net, net_of, with_data
from numerics.coupling import Coupling, coupled_run
from numerics.decomposition import Decomposition, decompose, second_order
from numerics.descent import Step, gradient_descent, motion, paper_step_size, stable_step_size
from numerics.engine import Engine, PlainEngine, updated
from numerics.independent import central_difference_gradient, complex_step_gradient, complex_step_jacobian
from numerics.init import random_points, symmetric_net, symmetric_network, symmetric_weights
from numerics.net import Net
from numerics.network import Network
from numerics.perturb import (
    along,
    gram_ascent,
    gram_entry_gradient,
    move,
    perturbations,
    random_ball,
    random_sphere,
    room,
    sign_patterns,
)
from numerics.probability import (
    frequency_bounded,
    probability_bounded,
    probability_exceeded,
    rademacher_quadratic_tail,
    two_point_tail,
)
from numerics.records import Store
from numerics.regime import REGIMES, Inequality, PaperRegime, Regime, RepairedRegime, enter
from numerics.relatives import NETWORKS, ExpNet, ReluNet, network, network_class
from numerics.rigorous import StepRecord, TooFewBits, ball_descent, recorded_descent, working_bits
from numerics.spectrum import eigenvalues, enclose_lambda_min, enclose_spectrum, exceeds, lambda_max, lambda_min

__all__ = [
    "NETWORKS",
    "REGIMES",
    "Arithmetic",
    "Array",
    "Ball",
    "CompressedNet",
    "Coupling",
    "Decomposition",
    "DoubleDouble",
    "Engine",
    "ExpNet",
    "Float64",
    "Inequality",
    "Mp",
    "Net",
    "Network",
    "PaperRegime",
    "PlainEngine",
    "Regime",
    "ReluNet",
    "RepairedRegime",
    "SoftmaxNet",
    "Step",
    "StepRecord",
    "Store",
    "TooFewBits",
    "along",
    "arrays_of",
    "ball_descent",
    "best_engine",
    "best_gram_matrix",
    "central_difference_gradient",
    "complex_step_gradient",
    "complex_step_jacobian",
    "coupled_run",
    "decompose",
    "eigenvalues",
    "enclose_lambda_min",
    "enclose_spectrum",
    "enter",
    "exact",
    "exceeds",
    "frequency_bounded",
    "gradient_descent",
    "gram_ascent",
    "gram_entry_gradient",
    "grid_symmetric_net",
    "lambda_max",
    "lambda_min",
    "motion",
    "move",
    "net_of",
    "network",
    "network_class",
    "paper_step_size",
    "parse_precision",
    "perturbations",
    "probability_bounded",
    "probability_exceeded",
    "rademacher_quadratic_tail",
    "random_ball",
    "random_points",
    "random_sphere",
    "recorded_descent",
    "room",
    "second_order",
    "sign_patterns",
    "stable_step_size",
    "symmetric_net",
    "symmetric_network",
    "symmetric_weights",
    "two_point_tail",
    "updated",
    "with_data",
    "working_bits",
]
