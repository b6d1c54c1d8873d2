"""What to read on the lecture."""

from cs25 import Reading

__all__ = ["READINGS"]

READINGS = (
    Reading(
        "FAIR 2022",
        "Human-level play in the game of Diplomacy by combining language models with strategic "
        "reasoning",
        "https://doi.org/10.1126/science.ade9097",
    ),
    Reading(
        "Zinkevich et al. 2007",
        "Regret Minimization in Games with Incomplete Information",
        "https://papers.nips.cc/paper/3306-regret-minimization-in-games-with-incomplete-information",
    ),
    Reading(
        "Kuhn 1950",
        "A simplified two-person poker",
        "https://doi.org/10.1515/9781400881727-010",
    ),
    Reading(
        "Southey et al. 2005",
        "Bayes' Bluff: Opponent Modelling in Poker",
        "https://arxiv.org/abs/1207.1411",
    ),
    Reading(
        "Kocsis and Szepesvári 2006",
        "Bandit based Monte-Carlo Planning",
        "https://doi.org/10.1007/11871842_29",
    ),
    Reading(
        "Cowling et al. 2012",
        "Information Set Monte Carlo Tree Search",
        "https://doi.org/10.1109/TCIAIG.2012.2200894",
    ),
    Reading(
        "Brown and Sandholm 2017",
        "Safe and Nested Subgame Solving for Imperfect-Information Games",
        "https://arxiv.org/abs/1705.02955",
    ),
    Reading(
        "Tammelin 2014",
        "Solving Large Imperfect Information Games Using CFR+",
        "https://arxiv.org/abs/1407.5042",
    ),
    Reading(
        "Brown and Sandholm 2019",
        "Solving Imperfect-Information Games via Discounted Regret Minimization",
        "https://arxiv.org/abs/1809.04040",
    ),
    Reading(
        "Jacob et al. 2021",
        "Modeling Strong and Human-Like Gameplay with KL-Regularized Search",
        "https://arxiv.org/abs/2112.07544",
    ),
    Reading(
        "Bakhtin et al. 2022",
        "Mastering the Game of No-Press Diplomacy via Human-Regularized Reinforcement Learning and "
        "Planning",
        "https://arxiv.org/abs/2210.05492",
    ),
    Reading(
        "Bakhtin et al. 2021",
        "No-Press Diplomacy from Scratch",
        "https://arxiv.org/abs/2110.02924",
    ),
    Reading(
        "Jordan 1993",
        "Three Problems in Learning Mixed-Strategy Nash Equilibria",
        "https://pure.psu.edu/en/publications/three-problems-in-learning-mixed-strategy-nash-equilibria",
    ),
    Reading(
        "Sokota et al. 2022",
        "A Unified Approach to Reinforcement Learning, Quantal Response Equilibria, and Two-Player "
        "Zero-Sum Games",
        "https://arxiv.org/abs/2206.05825",
    ),
    Reading(
        "Jones 2021",
        "Scaling Scaling Laws with Board Games",
        "https://arxiv.org/abs/2104.03113",
    ),
    Reading(
        "Silver et al. 2017",
        "Mastering the game of Go without human knowledge",
        "https://doi.org/10.1038/nature24270",
    ),
    Reading(
        "Sutton 2019",
        "The Bitter Lesson",
        "http://www.incompleteideas.net/IncIdeas/BitterLesson.html",
    ),
)
