"""What people prefer, and a model of it: comparisons of responses, and a reward learned from them.

`comparisons` has people rank responses, `loss` is what a reward model is trained by, `linear`
solves it where the reward is linear, `networks` has reward models of several sizes, and `training`
trains them. Rewards are tables over all responses, as in `world.exact`:

    ranked = compare(log_ref, gold, training_prompts, n=20_000, k=4, generator=generator)
    model = reward_model("large", seed=seed)
    train_reward_model(model, ranked, seed=seed)
    reward = centred(reward_table(model, prompts()), log_ref)
"""
