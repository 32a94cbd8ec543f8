"""Trees of Python files like real ones, the same for the same seed: many small files, few large, some with training code."""

from __future__ import annotations

import random
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

A_FOLDER = 25
"""Files in each folder."""

MEDIAN, SPREAD, LARGEST = 3_500, 1.0, 60_000
"""Bytes of a file: a log-normal distribution, as source files have it."""

RARE = 18
"""One file in so many holds training code, about as in public repositories about machine learning."""

WORDS = (
    "batch cache client config count data default device encoder entry epoch error event field file filter group handler "
    "hidden image index item key label layer length level limit line mask message model name node offset option output "
    "page parser path position queue record request response result row sample scale schema session size source state "
    "step stream table target task token total tree value vector version weight window worker"
).split()


@dataclass(frozen=True, slots=True)
class Tree:
    """``training``: ``none`` of the files with training code, ``rare`` (one in RARE), or ``all`` with nothing to change."""

    training: str
    files: int
    seed: int = 1

    @property
    def name(self) -> str:
        """What its folder is called."""
        return f"{self.training}-{self.files}-{self.seed}"


def planted(tree: Tree, where: Path) -> Path:
    """The folder of a tree, written if it is not there yet."""
    folder, done = where / tree.name, where / f"{tree.name}.done"
    if not done.exists():
        shutil.rmtree(folder, ignore_errors=True)
        _write(tree, folder)
        done.touch()
    return folder


def _write(tree: Tree, folder: Path) -> None:
    chance = random.Random(tree.seed)
    pieces = [_piece(chance) for _ in range(400)]
    here = folder
    for number in range(tree.files):
        if number % A_FOLDER == 0:
            package = number // A_FOLDER
            here = folder / f"package_{package % 40}" / f"part_{package}"
            here.mkdir(parents=True)
        training = {"none": False, "rare": number % RARE == RARE - 1, "all": True}[tree.training]
        kinds = CANONICAL if tree.training == "all" else TRAINING
        text = _file(chance, pieces, number, chance.choice(kinds) if training else "")
        (here / f"module_{number}.py").write_text(text)


def _file(chance: random.Random, pieces: list[str], number: int, training: str) -> str:
    size = min(LARGEST, int(MEDIAN * 2.718281828 ** (SPREAD * chance.gauss(0, 1))))
    parts = [HEADER.format(number=number)]
    if training:
        parts.append(TORCH)
    length = len(training)
    while length < size:
        parts.append(chance.choice(pieces).replace("_0", f"_{len(parts)}"))
        length += len(parts[-1])
    if training:
        parts.append(training)
    return "\n\n".join(parts)


def _piece(chance: random.Random) -> str:
    """A function or a class, as a program has hundreds of them."""
    if chance.random() < 0.6:
        return _function(chance, "")
    methods = "\n".join(_function(chance, "    ") for _ in range(chance.randint(1, 4)))
    first, second = chance.sample(WORDS, 2)
    return f'class {first.title()}{second.title()}_0:\n    """The {first} of a {second}."""\n\n{methods}'


def _function(chance: random.Random, indent: str) -> str:
    first, second, third, fourth = chance.sample(WORDS, 4)
    own = "self, " if indent else ""
    lines = [
        f"def {first}_{second}_0({own}{second}, {third}=None, *, {fourth}=0):",
        f'    """Give the {first} of a {second}, in the {third} that the {fourth} asks for."""',
    ]
    for _ in range(chance.randint(2, 9)):
        one, two = chance.sample((second, third, fourth), 2)
        number = chance.randint(1, 99)
        lines += chance.choice(
            (
                [f"    {one} = {two} + {number}  # the {first} comes later"],
                [f"    if {one} is None and {two} > {number}:", f"        return [{two}, {number}]"],
                [f"    for {first} in range({number}):", f"        {one} = max({first}, {two})"],
                [f"    {one} = {{key: str({two}) for key in ('{first}', '{second}')}}"],
                [f"    print(f'{first} {{{one}}} of {number}', {two})"],
                ["    try:", f"        {one} = int({two})", "    except ValueError:", f"        {one} = {number}"],
            )
        )  # fmt: skip
    lines.append(f"    return {third}")
    return "".join(f"{indent}{line}\n" for line in lines)


HEADER = '''"""Module {number} of a made-up program."""

import json
import os
from collections import defaultdict
'''

TORCH = """import torch
from torch import nn, optim
from torch.utils.data import DataLoader


class Net(nn.Module):
    def __init__(self, width=64, classes=10):
        super().__init__()
        self.first = nn.Linear(28 * 28, width)
        self.second = nn.Linear(width, classes)
        self.dropout = nn.Dropout(0.2)

    def forward(self, x):
        x = torch.relu(self.first(x.flatten(1)))
        return self.second(self.dropout(x))


def evaluate(model, loader, criterion, device):
    model.eval()
    total, right = 0.0, 0
    with torch.no_grad():
        for x, y in loader:
            x, y = x.to(device), y.to(device)
            scores = model(x)
            total += criterion(scores, y).item()
            right += (scores.argmax(dim=1) == y).sum().item()
    return total / len(loader), right / len(loader.dataset)
"""

SCRIPT = """def train(model, loader, criterion, optimizer, device, epoch):
    model.train()
    running = 0.0
    for index, (x, y) in enumerate(loader):
        x, y = x.to(device), y.to(device)
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        running += loss.item()
        if index % 100 == 0:
            print(f"epoch {epoch} batch {index}: loss {running / (index + 1):.4f}")
    return running / len(loader)


def main():
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = Net().to(device)
    optimizer = optim.Adam(model.parameters(), lr=1e-3)
    scheduler = optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.7)
    criterion = nn.CrossEntropyLoss()
    loader = DataLoader(torch.load("train.pt"), batch_size=64, shuffle=True)
    for epoch in range(10):
        train(model, loader, criterion, optimizer, device, epoch)
        print(evaluate(model, loader, criterion, device))
        scheduler.step()
    torch.save(model.state_dict(), "model.pt")


if __name__ == "__main__":
    main()
"""

TRAINER = """class Trainer:
    def __init__(self, model, optimizer, criterion, device, scaler=None):
        self.model, self.optimizer, self.criterion = model, optimizer, criterion
        self.device, self.scaler = device, scaler
        self.history = defaultdict(list)

    def fit(self, train_loader, valid_loader, epochs):
        for epoch in range(epochs):
            self.history["train"].append(self.run_epoch(train_loader))
            self.history["valid"].append(evaluate(self.model, valid_loader, self.criterion, self.device)[0])
        return self.history

    def run_epoch(self, loader):
        self.model.train()
        total = 0.0
        for x, y in loader:
            x, y = x.to(self.device), y.to(self.device)
            self.optimizer.zero_grad()
            loss = self.criterion(self.model(x), y)
            loss.backward()
            self.optimizer.step()
            total += loss.item()
        return total / len(loader)
"""

GAN = """def train_pair(generator, discriminator, loader, device, epochs=5, latent=100):
    opt_g = optim.Adam(generator.parameters(), lr=2e-4, betas=(0.5, 0.999))
    opt_d = optim.Adam(discriminator.parameters(), lr=2e-4, betas=(0.5, 0.999))
    criterion = nn.BCEWithLogitsLoss()
    for epoch in range(epochs):
        for x, _ in loader:
            x = x.to(device)
            opt_d.zero_grad()
            real = discriminator(x)
            loss_real = criterion(real, torch.ones_like(real))
            fake = generator(torch.randn(x.size(0), latent, device=device))
            judged = discriminator(fake.detach())
            loss_fake = criterion(judged, torch.zeros_like(judged))
            (loss_real + loss_fake).backward()
            opt_d.step()
            opt_g.zero_grad()
            judged = discriminator(fake)
            loss_g = criterion(judged, torch.ones_like(judged))
            loss_g.backward()
            opt_g.step()
"""

ZERO_LAST = SCRIPT.replace("        optimizer.zero_grad()\n", "").replace(
    "        optimizer.step()\n", "        optimizer.step()\n        optimizer.zero_grad()\n"
)

ACCUMULATION = """def train_accumulated(model, loader, criterion, optimizer, device, every=4):
    model.train()
    optimizer.zero_grad()
    for index, (x, y) in enumerate(loader):
        loss = criterion(model(x.to(device)), y.to(device)) / every
        loss.backward()
        if (index + 1) % every == 0:
            optimizer.step()
            optimizer.zero_grad()
"""

CANONICAL = (SCRIPT, TRAINER, GAN)
TRAINING = (SCRIPT, SCRIPT, TRAINER, TRAINER, GAN, ZERO_LAST, ZERO_LAST, ACCUMULATION)
