"""The softmax network as numbers: float64, high precision and rigorous balls behind one interface."""

from numerics.arithmetic import Arithmetic, Array, Ball, Float64, Mp, exact, parse_precision
from numerics.compressed import CompressedNet, grid_symmetric_net
from numerics.decomposition import Decomposition, decompose, second_order
from numerics.descent import Step, gradient_descent, motion, paper_step_size, stable_step_size, updated
from numerics.independent import central_difference_gradient, complex_step_gradient, complex_step_jacobian
from numerics.init import random_points, symmetric_net, symmetric_weights
from numerics.net import Net
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
from numerics.spectrum import eigenvalues, enclose_lambda_min, enclose_spectrum, exceeds, lambda_max, lambda_min

__all__ = [
    "Arithmetic",
    "Array",
    "Ball",
    "CompressedNet",
    "Decomposition",
    "Float64",
    "Mp",
    "Net",
    "Step",
    "along",
    "central_difference_gradient",
    "complex_step_gradient",
    "complex_step_jacobian",
    "decompose",
    "eigenvalues",
    "enclose_lambda_min",
    "enclose_spectrum",
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
    "second_order",
    "sign_patterns",
    "stable_step_size",
    "symmetric_net",
    "symmetric_weights",
    "two_point_tail",
    "updated",
]
