"""gradorder: puts PyTorch training code into the order zero_grad, backward, step, and proves each rewrite."""

VERSION = "0.1.0"
