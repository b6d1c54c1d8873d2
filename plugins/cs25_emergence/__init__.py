"""Emergent abilities and scaling in large language models: the card of the lecture.

Nothing heavy is imported here: `cs25 list` and shell completion read this file.
"""

from cs25 import (
    AtLeast,
    AtMost,
    Claim,
    Demo,
    Greater,
    Lecture,
    Published,
    Reading,
    Within,
    hookimpl,
)

cs25_api = 1


@hookimpl
def cs25_lecture() -> Lecture:
    return Lecture(
        id="emergence",
        order=3,
        title="Emergent Abilities and Scaling in LLMs",
        speaker="Jason Wei",
        affiliation="Google Brain",
        summary=(
            "Loss falls smoothly as a language model grows, yet some abilities appear at once. "
            "Which of the two you see depends on what you measure."
        ),
        readings=(
            Reading(
                "Wei et al. 2022a",
                "Emergent Abilities of Large Language Models",
                "https://arxiv.org/abs/2206.07682",
            ),
            Reading(
                "Wei et al. 2022b",
                "Chain-of-Thought Prompting Elicits Reasoning in Large Language Models",
                "https://arxiv.org/abs/2201.11903",
            ),
            Reading(
                "Wang et al. 2022",
                "Self-Consistency Improves Chain of Thought Reasoning in Language Models",
                "https://arxiv.org/abs/2203.11171",
            ),
            Reading(
                "Nye et al. 2021",
                "Show Your Work: Scratchpads for Intermediate Computation with Language Models",
                "https://arxiv.org/abs/2112.00114",
            ),
            Reading(
                "Li et al. 2024",
                "Chain of Thought Empowers Transformers to Solve Inherently Serial Problems",
                "https://arxiv.org/abs/2402.12875",
            ),
            Reading(
                "Kaplan et al. 2020",
                "Scaling Laws for Neural Language Models",
                "https://arxiv.org/abs/2001.08361",
            ),
            Reading(
                "Hoffmann et al. 2022",
                "Training Compute-Optimal Large Language Models",
                "https://arxiv.org/abs/2203.15556",
            ),
            Reading(
                "Besiroglu et al. 2024",
                "Chinchilla Scaling: A replication attempt",
                "https://arxiv.org/abs/2404.10102",
            ),
            Reading(
                "Schaeffer et al. 2023",
                "Are Emergent Abilities of Large Language Models a Mirage?",
                "https://arxiv.org/abs/2304.15004",
            ),
            Reading(
                "Hendrycks et al. 2021",
                "Measuring Massive Multitask Language Understanding",
                "https://arxiv.org/abs/2009.03300",
            ),
            Reading(
                "Olsson et al. 2022",
                "In-context Learning and Induction Heads",
                "https://arxiv.org/abs/2209.11895",
            ),
            Reading(
                "Sanford et al. 2024",
                "One-layer transformers fail to solve the induction heads task",
                "https://arxiv.org/abs/2408.14332",
            ),
            Reading(
                "Michaud et al. 2023",
                "The Quantization Model of Neural Scaling",
                "https://arxiv.org/abs/2303.13506",
            ),
            Reading(
                "Bai et al. 2022",
                "Training a Helpful and Harmless Assistant with Reinforcement Learning from Human "
                "Feedback",
                "https://arxiv.org/abs/2204.05862",
            ),
        ),
        notes="notes.md",
        demos=(
            Demo(
                "moles",
                run="cs25_emergence.moles:moles",
                figure="cs25_emergence.moles:draw",
                summary="The operations that training takes, counted and set against a mole",
                measures={
                    "count_over_rule": (
                        "counted operations over 6ND + attention, where they differ most"
                    ),
                    "gap_narrow": "what the count exceeds 6ND by at the smallest width",
                    "gap_wide": "what the count exceeds 6ND by at the largest width",
                    "gpt_3_flops": "operations of GPT-3's training, counted on its shape",
                    "gpt_3_moles": "the same over Avogadro's number",
                    "own_moles": "6ND of the largest model that scaling-law trains, over the same",
                    "abilities_near": (
                        "share of the paper's abilities first seen within a factor of ten of a mole"
                    ),
                },
                presets={"smoke": {"n_layers": 1, "n_ctx": 16}},
                control="inference",
                claims=(
                    Claim(
                        "six-operations",
                        "Training takes six operations for each parameter and each token, and "
                        "attention on top",
                        metric="count_over_rule",
                        holds=Within(0.95, 1.05),
                    ),
                    Claim(
                        "a-mole-of-operations",
                        "The pre-training of a large language model takes about a mole of "
                        "operations, to half a power of ten",
                        metric="gpt_3_flops",
                        holds=Within(1.9e23, 1.9e24),
                        paper=Published(
                            3.14e23, "operations of training", "Brown et al. 2020, GPT-3 175B"
                        ),
                    ),
                ),
            ),
            Demo(
                "critical-mass",
                run="cs25_emergence.critical_mass:critical_mass",
                figure="cs25_emergence.critical_mass:draw",
                summary="A giant component, and a chain reaction, set in at one point",
                measures={
                    "onset": "mean degree at which one component first holds 1 % of all nodes",
                    "largest_below": "largest component at a mean degree of 0.9 or less",
                    "deviation_above": (
                        "largest distance of the giant component's share from its exact value, "
                        "from a mean degree of 1.1 on"
                    ),
                    "chain_deviation": (
                        "largest distance of the share of lasting chains from its exact value"
                    ),
                },
                presets={
                    "smoke": {"nodes": 20_000, "chains": 1_000},
                    "full": {"nodes": 10_000_000, "graphs": 5, "chains": 1_000_000},
                },
                control="scattered",
                claims=(
                    Claim(
                        "nothing-below-critical",
                        "With a little uranium nothing special happens: only near one link end "
                        "per node does a component first hold 1 % of the graph",
                        metric="onset",
                        holds=Within(0.9, 1.1),
                    ),
                    Claim(
                        "giant-above-critical",
                        "With enough of it, packed densely enough, something new is there: one "
                        "component holds the share of the graph that theory gives it",
                        metric="deviation_above",
                        holds=AtMost(0.02),
                    ),
                    Claim(
                        "chain-reaction",
                        "A chain reaction lasts only if a neutron has more than one successor, "
                        "and then as often as theory says",
                        metric="chain_deviation",
                        holds=AtMost(0.02),
                    ),
                ),
            ),
            Demo(
                "few-shot",
                run="cs25_emergence.few_shot:few_shot",
                figure="cs25_emergence.few_shot_figure:draw",
                summary="New tasks learned from the examples in a prompt, by size and by depth",
                measures={
                    "largest_above_chance": (
                        "accuracy on new tables minus chance, largest model of two layers"
                    ),
                    "smallest_above_chance": (
                        "the same for that of the two smallest models which is further from chance"
                    ),
                    "one_layer_above_chance": "the same for the best model of one layer",
                    "onset_low": "largest size up to which all are within 3 points of chance",
                    "onset_high": "smallest size from which all are at least 20 points above it",
                    "taught_gap": (
                        "accuracy on tables of the training minus that on new ones, largest model"
                    ),
                },
                presets={
                    "smoke": {"widths": (2, 16), "steps": 40, "questions": 400, "replicas": 1},
                    "full": {"widths": (2, 4, 8, 12, 16, 32, 64), "steps": 3000, "replicas": 4},
                },
                control="shuffled",
                claims=(
                    Claim(
                        "examples-teach-large-models",
                        "A large model learns a new task from the examples in its prompt",
                        metric="largest_above_chance",
                        holds=AtLeast(0.2),
                        paper=Published(
                            0.189,
                            "share above chance on the exams of MMLU, five examples in the prompt",
                            "Hendrycks et al. 2021, GPT-3 175B",
                        ),
                    ),
                    Claim(
                        "examples-teach-small-models-nothing",
                        "It is emergent: with the same examples small models are at chance",
                        metric="smallest_above_chance",
                        holds=Within(-0.03, 0.03),
                        paper=Published(
                            0.009,
                            "share above chance on the exams of MMLU, five examples in the prompt",
                            "Hendrycks et al. 2021, GPT-3 2.7B",
                        ),
                    ),
                    Claim(
                        "one-layer-stays-at-chance",
                        "It takes two layers: with one, as many parameters are at chance at every "
                        "size",
                        metric="one_layer_above_chance",
                        holds=AtMost(0.03),
                    ),
                ),
            ),
            Demo(
                "scaling-law",
                run="cs25_emergence.scaling:scaling_law",
                figure="cs25_emergence.scaling_figure:draw",
                summary="Test loss falls as a power law of model size and of data",
                measures={
                    "size_miss": (
                        "error of the power law on the held-out largest model, as a share of what "
                        "it still has above the entropy rate or has gained from context, "
                        "whichever is less; 1 where context gained nothing"
                    ),
                    "size_power_law_error": "the same error in nats",
                    "size_rival_error": (
                        "error of the better of a constant and a straight line (in the logarithm "
                        "of size) on the same model"
                    ),
                    "data_miss": "error of the power law on the held-out run with the most data, "
                    "as a share in the same way",
                    "data_power_law_error": "the same error in nats",
                    "data_rival_error": "error of the better rival on the same run",
                    "fitted_floor": "E of L = E + A/N^alpha, fitted to all sizes",
                    "entropy_rate": "what the best possible predictor of the source loses",
                    "floor_error": "fitted floor minus entropy rate",
                    "joint_floor_error": (
                        "the same for the E of L = E + A/N^alpha + B/D^beta, fitted to all runs"
                    ),
                    "word_entropy": "what the best predictor without context loses",
                    "size_exponent": "alpha, fitted to all sizes",
                    "data_exponent": "beta of L = E + B/D^beta, fitted to all amounts of data",
                    "r_squared": "share of the variance of log loss over sizes that the law has",
                    "training_flops": "operations of all training runs",
                    "training_tokens": "tokens of all training runs",
                },
                presets={
                    "smoke": {"sizes": 4, "largest": 32, "steps": 60},
                    "full": {"sizes": 7, "steps": 7000, "data_share": 0.03125},
                },
                control="shuffled",
                claims=(
                    Claim(
                        "loss-is-predictable",
                        "Test loss improves predictably as the model grows",
                        metric="size_miss",
                        holds=AtMost(0.2),
                        paper=Published(
                            0.076,
                            "exponent of loss in parameters",
                            "Kaplan et al. 2020, up to 1.5e9 parameters",
                        ),
                        preset="full",
                    ),
                    Claim(
                        "power-law-in-size",
                        "It is a power law: neither 'it gets no better' nor a straight line "
                        "foretells the largest model as well",
                        holds=Greater("size_rival_error", "size_power_law_error", margin=0.003),
                        preset="full",
                    ),
                    Claim(
                        "loss-is-predictable-from-data",
                        "Test loss improves predictably with the amount of data",
                        metric="data_miss",
                        holds=AtMost(0.2),
                        paper=Published(
                            0.095,
                            "exponent of loss in tokens",
                            "Kaplan et al. 2020, up to 1.5e9 parameters",
                        ),
                    ),
                    Claim(
                        "power-law-in-data",
                        "It is a power law in data too: neither 'it gets no better' nor a straight "
                        "line foretells the longest run as well",
                        holds=Greater("data_rival_error", "data_power_law_error", margin=0.003),
                    ),
                    Claim(
                        "irreducible-loss",
                        "What the fit calls irreducible is the entropy of the language itself",
                        metric="floor_error",
                        holds=Within(-0.05, 0.05),
                        paper=Published(
                            1.69,
                            "fitted irreducible loss of web text, nats per token",
                            "Hoffmann et al. 2022, up to 1.6e10 parameters",
                        ),
                    ),
                    Claim(
                        "irreducible-loss-with-more-data",
                        "With more data the fitted floor comes closer still to the entropy of the "
                        "language",
                        metric="floor_error",
                        holds=Within(-0.02, 0.02),
                        preset="full",
                    ),
                ),
            ),
            Demo(
                "chain-of-thought",
                run="cs25_emergence.chain_of_thought:chain_of_thought",
                figure="cs25_emergence.chain_of_thought_figure:draw",
                summary="Writing the steps down helps a model once it is large enough",
                measures={
                    f"{prefix}{name}": meaning + of_what
                    for prefix, of_what in (("", ""), ("s5_", "; permutations"))
                    for name, meaning in {
                        "gain_largest": "accuracy step by step minus direct, largest model",
                        "gain_smallest": "accuracy step by step minus direct, smallest model",
                        "filler_gain": "accuracy with filler tokens minus direct, largest model",
                        "smallest_share": "gain of the smallest model over that of the largest",
                        "filler_share": "gain from filler tokens over the gain from steps",
                        "crossover_low": "largest size up to which steps gain at most 2 points",
                        "crossover_high": (
                            "smallest size from which steps gain at least 20 points"
                        ),
                        "step_accuracy": (
                            "share of single steps right after a right beginning, largest model"
                        ),
                        "closed_form_gap": (
                            "largest distance between the accuracy of a chain and the one its "
                            "steps predict, over sizes"
                        ),
                    }.items()
                },
                presets={
                    "smoke": {"widths": (4, 16), "steps": 60, "questions": 500, "replicas": 1},
                    "full": {"tasks": ("sums", "permutations")},
                },
                control="shuffled",
                claims=(
                    Claim(
                        "steps-help-large-models",
                        "A large model answers better if it writes the steps down first",
                        metric="gain_largest",
                        holds=AtLeast(0.2),
                        paper=Published(
                            0.39,
                            "share of GSM8K problems gained (from 0.179 to 0.569)",
                            "Wei et al. 2022b, PaLM 540B",
                        ),
                    ),
                    Claim(
                        "steps-do-nothing-for-small-models",
                        "The gain is emergent: the smallest model has none of it",
                        metric="smallest_share",
                        holds=AtMost(0.02),
                    ),
                    Claim(
                        "content-not-length",
                        "It is what the steps say that helps: as many tokens that say nothing "
                        "give none of the gain",
                        metric="filler_share",
                        holds=AtMost(0.05),
                    ),
                    Claim(
                        "steps-help-where-order-matters",
                        "Steps help, too, where order matters and no short cut is known: with "
                        "products of permutations",
                        metric="s5_gain_largest",
                        holds=AtLeast(0.2),
                        preset="full",
                    ),
                    Claim(
                        "order-needs-size",
                        "There, too, the gain is emergent",
                        metric="s5_smallest_share",
                        holds=AtMost(0.02),
                        preset="full",
                    ),
                    Claim(
                        "order-needs-content",
                        "There, too, tokens that say nothing give none of it",
                        metric="s5_filler_share",
                        holds=AtMost(0.05),
                        preset="full",
                    ),
                ),
            ),
            Demo(
                "self-consistency",
                run="cs25_emergence.self_consistency:self_consistency",
                figure="cs25_emergence.self_consistency:draw",
                summary="The vote of many sampled chains against one greedy chain",
                measures={
                    "greedy": "accuracy of one greedy chain",
                    "vote": "accuracy of the vote of 40 sampled chains",
                    "vote_gain": "vote of 40 minus greedy, same questions",
                    "worse": "share of questions right by greedy chain and wrong by vote",
                    "limit": "share of questions whose most likely answer is right",
                    "limit_gap": "limit minus vote of 40, same questions",
                    "written_greedy": "greedy, model that adds from left to right only",
                    "written_vote": "vote of 40, model that adds from left to right only",
                    "written_vote_gain": "vote minus greedy, left to right only",
                    "written_worse": "share that gets worse, left to right only",
                    "small_greedy": "greedy, small model",
                    "small_vote": "vote of 40, small model",
                    "small_vote_gain": "vote minus greedy, small model",
                    "small_worse": "share that gets worse, small model",
                },
                presets={
                    "smoke": {"steps": 60, "questions": 50, "limit_samples": 20},
                    "full": {"steps": 3000, "questions": 4000, "limit_samples": 600},
                },
                control="shuffled",
                claims=(
                    Claim(
                        "vote-beats-greedy",
                        "Sampling many chains and taking the majority's answer beats one greedy "
                        "chain",
                        metric="vote_gain",
                        holds=AtLeast(0.01),
                        paper=Published(
                            0.179,
                            "share of GSM8K problems gained",
                            "Wang et al. 2022, PaLM 540B, 40 samples",
                        ),
                    ),
                    Claim(
                        "forty-samples-suffice",
                        "Forty samples come close to all that a vote can reach",
                        metric="limit_gap",
                        holds=Within(-0.03, 0.03),
                    ),
                ),
            ),
            Demo(
                "mirage",
                run="cs25_emergence.mirage:mirage",
                figure="cs25_emergence.mirage:draw",
                summary="The same answers, sharp by one metric and smooth by another",
                measures={
                    **{
                        f"{ability}_{metric}_width": f"decades of size in which {name} of {what} "
                        "rises from 10 to 90 % of its range"
                        for ability, what in (("chain", "chains"), ("parity", "sparse parity"))
                        for metric, name in (
                            ("exact_match", "exact match"),
                            ("edit_distance", "token edit distance"),
                            ("token_accuracy", "token accuracy"),
                            ("brier", "the Brier score"),
                            ("log_probability", "log-probability"),
                        )
                    },
                    "chain_ratio": "width by exact match over width by log-probability, chains",
                    "parity_ratio": (
                        "width by exact match over width by log-probability, sparse parity"
                    ),
                },
                presets={
                    "smoke": {
                        "widths": (4, 16),
                        "steps": 60,
                        "questions": 500,
                        "parity_steps": 100,
                        "replicas": 1,
                        "parity_replicas": 4,
                    },
                    "full": {
                        "steps": 2000,
                        "questions": 20_000,
                        "parity_steps": 6000,
                        "replicas": 3,
                        "parity_replicas": 128,
                    },
                },
                control="shuffled",
                claims=(
                    Claim(
                        "the-metric-makes-it-sharp",
                        "An ability that looks sudden by exact match rises smoothly by a metric "
                        "that gives credit",
                        metric="chain_ratio",
                        holds=AtMost(0.5),
                        scale_note=(
                            "Not at this scale: which of two equal models of a few thousand "
                            "parameters learns its steps in time is luck, and that moves the "
                            "jump by as much as the metric does."
                        ),
                        paper=Published(
                            92,
                            "% of the emergent abilities found on BIG-Bench, at least, stand "
                            "under exact string match or multiple choice grade",
                            "Schaeffer et al. 2023",
                        ),
                    ),
                    Claim(
                        "some-abilities-stay-sharp",
                        "Where there is nothing to give credit for, no metric makes the rise wider",
                        metric="parity_ratio",
                        holds=AtLeast(0.7),
                    ),
                ),
            ),
            Demo(
                "forecast",
                run="cs25_emergence.forecast:forecast",
                figure="cs25_emergence.forecast_figure:draw",
                summary="What small models foretell of large ones, and the start of training of "
                "its end",
                measures={
                    "exact_miss": (
                        "error of the best of four curves on the exact match of the larger half, "
                        "as a share of the way from guessing to perfection"
                    ),
                    "loss_miss": "the same for the loss",
                    "exact_excess": "exact_miss minus twice loss_miss",
                    "exact_law_miss": "exact_miss if only a power law is tried",
                    "loss_law_miss": "loss_miss if only a power law is tried",
                    "exact_seen": "exact match of the largest model of the smaller half",
                    "mean_miss": (
                        "error of the best of four curves on the mean loss over skills, in the "
                        "second half of training"
                    ),
                    "mean_law_miss": "the same for the power law",
                    "mean_rival_miss": "the same for the better of a constant and a straight line",
                    "skill_miss": (
                        "error of the best of four curves on the right answers of single skills "
                        "that had not begun in the first half"
                    ),
                    "skill_loss_miss": "the same for their loss",
                    "skill_excess": "skill_miss minus twice mean_miss",
                    "skills_ahead": "how many skills had not begun in the first half",
                    "learned": "share of all skills that are learned in the end",
                    "sharp_share": (
                        "share of them whose loss goes from 10 to 90 % of its way in a quarter of "
                        "all decades of training"
                    ),
                    "skill_width": "decades of training in which it does, median",
                    "mean_width": "decades of training in which the mean over skills does",
                },
                presets={
                    "smoke": {
                        "widths": (2, 4, 6, 8, 12, 16),
                        "steps": 60,
                        "questions": 500,
                        "replicas": 1,
                        "skills": 8,
                        "bits": 11,
                        "skill_steps": 1000,
                        "networks": 1,
                    },
                    "full": {"skills": 64, "bits": 16, "skill_steps": 100_000},
                },
                control="shuffled",
                claims=(
                    Claim(
                        "exact-match-cannot-be-foretold",
                        "Exact match of larger models is foretold from smaller ones at least "
                        "twice as badly as their loss",
                        metric="exact_excess",
                        holds=AtLeast(0.0),
                    ),
                    Claim(
                        "new-skills-cannot-be-foretold",
                        "Skills that have not begun cannot be foretold: the error is at least "
                        "twice that of the mean loss over all skills",
                        metric="skill_excess",
                        holds=AtLeast(0.0),
                    ),
                    Claim(
                        "single-skills-are-sharp",
                        "A single skill is learned all at once: most need less than a quarter of "
                        "all decades of training",
                        metric="sharp_share",
                        holds=AtLeast(0.8),
                    ),
                    Claim(
                        "their-mean-is-smooth",
                        "Their mean follows a power law, which foretells it better than a "
                        "straight line or no change would",
                        holds=Greater("mean_rival_miss", "mean_law_miss", margin=0.02),
                    ),
                ),
            ),
        ),
        tests="cs25_emergence.tests",
    )
