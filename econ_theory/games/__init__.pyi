from .base import Game, Profile
from .bayesian import BayesianGame
from .forms import Form, agent_form, harsanyi_form

__all__ = ["BayesianGame", "Form", "Game", "Profile", "agent_form", "harsanyi_form"]
