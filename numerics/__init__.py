"""Two-layer networks as numbers: float64, high precision and rigorous balls behind one interface."""

from numerics.arithmetic import Arithmetic, Array, Ball, DoubleDouble, Float64, Mp, exact, parse_precision
from numerics.choice import best_engine, best_gram_matrix
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
from numerics.relatives import NETWORKS, ExpNet, ReluNet, network, network_class
from numerics.spectrum import eigenvalues, enclose_lambda_min, exceeds, lambda_max, lambda_min

__all__ = [
    "NETWORKS",
    "Arithmetic",
    "Array",
    "Ball",
    "DoubleDouble",
    "Engine",
    "ExpNet",
    "Float64",
    "Mp",
    "Net",
    "Network",
    "PlainEngine",
    "ReluNet",
    "Step",
    "along",
    "best_engine",
    "best_gram_matrix",
    "central_difference_gradient",
    "complex_step_gradient",
    "complex_step_jacobian",
    "eigenvalues",
    "enclose_lambda_min",
    "exact",
    "exceeds",
    "frequency_bounded",
    "gradient_descent",
    "gram_ascent",
    "gram_entry_gradient",
    "lambda_max",
    "lambda_min",
    "motion",
    "move",
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
    "room",
    "sign_patterns",
    "stable_step_size",
    "symmetric_net",
    "symmetric_network",
    "symmetric_weights",
    "two_point_tail",
    "updated",
]
