"""diffusers' schedulers with their tables in double precision: as shipped they know a step's beta to four digits only."""

import numpy as np
import torch
from diffusers.schedulers.scheduling_ddpm import betas_for_alpha_bar


def precise(scheduler):
    config = scheduler.config
    if config.beta_schedule == "linear":
        betas = np.linspace(config.beta_start, config.beta_end, config.num_train_timesteps)
    else:
        # The same function, asked for the double precision that it computes in.
        single, torch.float32 = torch.float32, torch.float64
        try:
            betas = betas_for_alpha_bar(config.num_train_timesteps).numpy()
        finally:
            torch.float32 = single
    scheduler.betas = torch.tensor(betas, dtype=torch.float64)
    scheduler.alphas = 1 - scheduler.betas
    scheduler.alphas_cumprod = torch.cumprod(scheduler.alphas, 0)
    if hasattr(scheduler, "one"):
        scheduler.one = torch.tensor(1.0, dtype=torch.float64)
    if hasattr(scheduler, "final_alpha_cumprod"):
        scheduler.final_alpha_cumprod = (
            torch.tensor(1.0, dtype=torch.float64) if config.set_alpha_to_one else scheduler.alphas_cumprod[0]
        )
    return scheduler
