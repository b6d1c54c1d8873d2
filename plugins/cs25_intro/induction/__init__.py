"""The card of `induction`."""

from cs25 import AtMost, Claim, Demo, Greater, Within

__all__ = ["DEMO"]

DEMO = Demo(
    "induction",
    run="cs25_intro.induction.composition:induction",
    figure="cs25_intro.induction.figure:draw",
    summary="A skill made of two steps comes late in training, and then all at once",
    measures={
        "in_context_score": (
            "after training: loss of names that the sentence has not told, in its first glance, "
            "minus that of names it has told, in its last"
        ),
        "one_layer_score": "the highest that the score of the network with one layer ever is",
        "start": "step at which a tenth of the score's rise is done",
        "end": "step at which nine tenths of it are done",
        "rise_doublings": (
            "how often the length of training doubles from start to end, log2(end / start): 4.4 "
            "for an exponential approach, 3.2 for one speed throughout"
        ),
        "word_doublings": (
            "the same for the loss of words behind a word, which takes one step: a table can tell"
        ),
        "prefix_matching": (
            "share of its attention that a name gives to whoever followed the same name before, "
            "after training, in the head behind the first layer for which it is highest"
        ),
        "matching_at_start": "the same head's prefix matching at the start",
        "head_step": "step at which that head's prefix matching has done half of its rise",
        "head_place": "where in the window that is: 0 at its start, 1 at its end",
        "previous_token": (
            "share of its attention that a name gives to the name before, in the head of the first "
            "layer that does so most"
        ),
        "previous_at_start": "the same head's share at the start",
        "kept_without_head": "share of the score that is left without the prefix-matching head",
        "kept_without_other": (
            "the same without another head of its layer, on average over the others"
        ),
        "kept_without_first": (
            "the same without a head of the first layer, for the one that is missed most"
        ),
    },
    presets={"smoke": {"steps": 20, "heads": 2}},
    control="one-layer",
    claims=(
        Claim(
            "composition-comes-suddenly",
            "Training is not only gradual: a skill that is composed of two comes suddenly; at most "
            "twice the steps that bring its first tenth bring nine tenths of it",
            metric="rise_doublings",
            holds=AtMost(1),
        ),
        Claim(
            "one-step-comes-gradually",
            "Not everything comes like that: what takes one step, a word behind a word, takes "
            "longer from its first tenth to nine tenths, by at least one doubling more",
            holds=Greater("word_doublings", "rise_doublings", margin=1),
        ),
        Claim(
            "a-head-appears-with-it",
            "A head that looks for what followed last time appears in the same window of training",
            metric="head_place",
            holds=Within(0, 1),
        ),
        Claim(
            "it-takes-two-layers",
            "It takes two layers, one to say who came before and one to look for it: with one layer "
            "the network never gets there",
            holds=Greater("in_context_score", "one_layer_score", margin=1),
        ),
        Claim(
            "the-head-carries-the-skill",
            "The skill hangs on that head: without it more is lost than without another one",
            holds=Greater("kept_without_other", "kept_without_head", margin=0.5),
        ),
    ),
    # When a level is reached may turn on the last digit.
    tolerance=1e-2,
)
