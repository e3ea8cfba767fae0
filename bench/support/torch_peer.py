"""What both PyTorch scripts begin with."""

import os

import torch


def introduce():
    """Puts what is made from here on on the device that the bench asks for, and says what runs."""
    device = f"{torch.get_num_threads()} threads"
    if os.environ.get("GENLAB_TORCH_DEVICE") == "cuda":
        torch.set_default_tensor_type("torch.cuda.FloatTensor")
        device = torch.cuda.get_device_name()
    print(f"PyTorch {torch.__version__}, {device}", flush=True)
