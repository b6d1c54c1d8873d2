"""The card of `team-human`."""

from cs25 import AtLeast, Claim, Demo, Greater

__all__ = ["DEMO"]

_RULES = {
    "trial": "who are recruited by the share of their works in which judges found a flaw",
    "corrected": "the same, where judges divide what they found by the share that they read",
    "longer": "the same as by the trial, with as much more reading on trial as audits would take",
    "audited": "chosen by audits from twice as many that did best on trial",
}

DEMO = Demo(
    "team-human",
    run="cs25_alignment.team_human.recruiting:recruit_players",
    figure="cs25_alignment.team_human.figure:draw",
    title="Team Human",
    summary="Whom an evaluation recruits that reads only part of long work, and what a rule mends",
    measures={
        **{
            f"gap_{rule}": (
                "how much less aligned the recruits of the more capable half are than those of the "
                f"other, in standard deviations of all agents: {words}"
            )
            for rule, words in _RULES.items()
        },
        **{
            f"harm_{rule}": f"flaws that a recruit plants in a work, mean: {words}"
            for rule, words in _RULES.items()
        },
        **{
            f"capable_{rule}": f"share of recruits that are of the more capable half: {words}"
            for rule, words in _RULES.items()
        },
        "audit_cost": "steps read in audits over steps read on trial",
    },
    presets={"smoke": {"agents": 2000, "works": 10, "audits": 5}},
    control="whole",
    claims=(
        Claim(
            "capable-recruits-are-less-aligned",
            "What people can evaluate is limited: of the agents they recruit, the more capable half "
            "is less aligned than the other, though evaluated in the same way",
            metric="gap_trial",
            holds=AtLeast(0.2),
        ),
        Claim(
            "arithmetic-does-not-mend-it",
            "Nor does it help to know how little was read: with scores corrected for it, the more "
            "capable recruits still are less aligned",
            metric="gap_corrected",
            holds=AtLeast(0.2),
        ),
        Claim(
            "rules-do-what-trials-cannot",
            "Team Human needs rules, too: to read in full what a few finalists do prevents more "
            "harm than as much reading spent on a longer trial",
            holds=Greater("harm_longer", "harm_audited", margin=0.02),
        ),
    ),
)
