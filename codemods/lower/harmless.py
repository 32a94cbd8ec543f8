"""What is known of code outside the file: calls that touch no gradients whatever they are handed.

An entry needs a reason that can be checked in the source of Python or torch; "nobody would" is none.
"""

from __future__ import annotations

import re

BUILTINS = frozenset(
    "abs all any ascii bin bool bytes callable chr complex dict dir divmod enumerate filter float format "
    "frozenset hasattr hash hex id int isinstance issubclass iter len list map max min next object oct "
    "ord pow print range repr reversed round set slice sorted str sum super tuple type zip".split()
)
"""Builtins; what they iterate or call back is judged by their arguments."""

SCALARS = frozenset(
    "bool float format hash id int isinstance issubclass len print repr round str type".split()
)
"""Builtins whose result holds none of their arguments."""

NUMBERS = frozenset("clip_grad_norm clip_grad_norm_ clip_grad_value_ get_total_norm".split())
"""Functions that are handed parameters and return a number."""

TORCH_BUT = (
    "torch.autograd",
    "torch.func",
    "torch.utils",
    "torch.distributed",
    "torch.testing",
    "torch.optim",
    "torch.nn.",
    "torch._",
)
"""Parts of torch that may call back, run a backward, or change gradients handed to them."""

PREFIXES = (
    "torch.nn.functional.",
    "torch.nn.init.",
    "torch.nn.parallel.",
    "math.",
    "time.",
    "os.",
    "sys.",
    "json.",
    "logging.",
    "random.",
    "numpy.",
    "re.",
    "datetime.",
)
"""Modules that neither run a backward nor look at gradients, unless a callback is handed to them."""

FUNCTIONS = frozenset(
    {
        "copy.copy",
        "copy.deepcopy",  # torch.nn.Parameter.__deepcopy__ copies the data and leaves .grad behind
        "functools.update_wrapper",  # copies names and texts of a function to another, and calls neither
        "functools.wraps",
        "gc.collect",
        "pathlib.Path",
        "pprint.pprint",
        "torch.compile",
        "torch.jit.script",
        "torch.nn.DataParallel",
        "torch.nn.SyncBatchNorm.convert_sync_batchnorm",
        "torch.nn.parallel.DataParallel",
        "torch.nn.parallel.DistributedDataParallel",
        "torch.optim.lr_scheduler",
        "torch.save",
        "torch.onnx.export",
        "tqdm.auto.tqdm",
        "tqdm.tqdm",
        "tqdm.notebook.tqdm",
        "transformers.AdamW",  # an optimizer like torch's own: its constructor keeps the parameters as they are
        "transformers.optimization.AdamW",
        "transformers.get_constant_schedule_with_warmup",
        "transformers.get_cosine_schedule_with_warmup",
        "transformers.get_linear_schedule_with_warmup",
        "transformers.get_scheduler",
    }
)

DATA = re.compile(
    r"torch\.utils\.(data|tensorboard)\.|torch\.nn\.(?!Adaptive)\w*Loss$|torch\.optim\.lr_scheduler\."
    r"|transformers\.\w*(Tokenizer|TokenizerFast|Processor|FeatureExtractor)(\.|$)|transformers\.get_\w*sched"
    r"|torchvision\.(datasets|io|transforms|utils)\.|datasets\.|evaluate\.load|ogb\.(\w+\.)*Evaluator$|numpy\.|pandas\.|sklearn\.|tqdm|logging\.|argparse\."
)
"""Constructors of libraries, by their full names, whose result holds no parameter but those that they are handed."""

NEW_MODEL = re.compile(
    r"transformers\.(models\.\w+\.)?[A-Z]\w*(Model|For[A-Z])\w*\.(from_pretrained|from_config)"
)
"""Class methods of transformers that make a new model each time (transformers 4, ``modeling_utils.py``)."""

TRAINER = re.compile(r"transformers\.(\w+\.)*(Seq2Seq)?Trainer")
TRAINING_ARGUMENTS = re.compile(r"transformers\.(\w+\.)*(Seq2Seq)?TrainingArguments")
FIGURES = frozenset({"evaluate", "predict", "train"})
"""The library's Trainer and its methods that give back numbers and arrays (transformers 4, ``trainer.py``)."""

COLLATOR = re.compile(r"transformers\.(data\.(data_collator\.)?)?(DataCollator\w*|DefaultDataCollator)")
"""Classes of transformers whose call makes a batch of what it is handed. One of them asks a model that it was handed to
shift labels (transformers 4, ``data/data_collator.py``), which a model of the library does without its parameters."""

MOVES = frozenset({"cpu", "cuda", "to"})
"""Methods by which a module moves, and returns itself."""

FREEZING = frozenset({"requires_grad", "requires_grad_", "toggle_optimizer"})
"""The attributes and methods by which parameters are left out of a backward."""

MODULE_METHODS = frozenset(
    "add_module bfloat16 buffers children cpu cuda double eval extra_repr float get_parameter "
    "get_submodule half load_state_dict modules named_buffers named_children named_modules "
    "named_parameters parameters register_buffer register_parameter requires_grad_ share_memory "
    "state_dict to train type".split()
)
"""Methods of torch.nn.Module and torch.optim.Optimizer that leave gradients as they are (``to`` and its kin move
them along unchanged), as long as the file itself does not define a method of that name that touches gradients."""

SELF_RETURNING = frozenset(
    "bfloat16 children cpu cuda double eval float get_submodule half modules named_children named_modules "
    "named_parameters parameters requires_grad_ share_memory to train type".split()
)
"""Those of the methods above whose result holds the module or its parameters."""

CARRIER_VALUES = frozenset(
    "__class__ __name__ base_lrs config defaults device dtype last_epoch lr name num_classes param_groups shape "
    "training".split()
)
"""Attributes of modules and optimizers that hold no parameter (``param_groups`` is looked at by subscript)."""

TENSOR_METHODS = frozenset(
    "all any append argmax argmin astype clone contiguous cpu cuda data_ptr decode detach dim encode "
    "endswith expand extend flatten float format get int isfinite isinf isnan item items join keys long "
    "lower mean median norm numel numpy permute pop repeat replace reshape save size split squeeze "
    "startswith std strip sum t tolist transpose type unsqueeze upper values view".split()
)
"""Methods of tensors, strings and containers: the object itself is none that could hold a model's gradients."""

FRESH_FROM_GRAD = frozenset(
    "abs all any item isfinite isinf isnan max mean min norm numel pow shape size sqrt square std sum "
    "tolist var clone count_nonzero".split()
)
"""Tensor methods whose result shares no memory with the tensor."""

PURE_ON_GRADIENTS = frozenset(
    "all any bool cat float isfinite isinf isinstance isnan len max mean min norm print round stack str "
    "sum vector_norm".split()
)
"""Functions of Python or torch that only look at a gradient handed to them, and return something new."""

HOST = re.compile(
    r"accelerate(\.\w+)*\.Accelerator|(lightning|lightning_fabric|pytorch_lightning)(\.\w+)*\.Fabric"
)
"""Classes of frameworks whose methods an idiom knows one by one, whatever their instances have been handed."""

GATHERING = frozenset("gather gather_for_metrics pad_across_processes reduce".split())
"""Methods of an ``accelerate.Accelerator`` that give back the tensors they are handed, or new ones made of them."""

LIGHTNING_MODULE = re.compile(r"(lightning|pytorch_lightning)(\.\w+)*\.LightningModule")

CONTEXTS = frozenset(
    "accumulate amp autocast autograd_profiler cuda_device detect_anomaly device emit_nvtx enable_grad "
    "inference_mode local_main_process_first main_process_first no_backward_sync no_grad no_sync nullcontext open profile "
    "profiler rank_zero_first record_function scale_loss sdpa_kernel set_detect_anomaly set_grad_enabled stream "
    "toggled_optimizer tqdm trange train_mode".split()
)
"""Context managers that let exceptions pass."""

GRADIENT_WORD = re.compile(
    r"(?:^|_)(backward|backprop|backpropagate|zero_grad|zero_grads|clear_grad|clear_grads|grad|grads|gradient|gradients"
    r"|optimi[sz]e|optim|optimizer|unscale)(?:_|$)|backward|zero_grad",
    re.IGNORECASE,
)
"""A function that cannot be followed and is called like this is never taken for harmless."""

TRAINING_WORD = (
    r"(?i:train(?!able|er|ing_arg)|fit|learn|find|warm_?up|prim(e|ing)|backward|backprop|grad(?!ient_checkpoint)|optimi[sz]e(?!r)|step|sanity|calibrat|tun(e|ing)"
    r"|attack|adversar|adapt(?!er)|pipeline|epoch|iteration|dry_?run|pass(es)?$|profil|benchmark)"
)
"""A function that cannot be followed and is called like this is taken to leave gradients behind."""


def trains(name: str) -> bool:
    """Whether a function is called as if it ran a backward; constructors and getters are not."""
    # Compiled by the first call: most files make none.
    return (
        not name[:1].isupper()
        and not re.match(SETUP_WORD, name)
        and re.search(TRAINING_WORD, name) is not None
    )


SETUP_WORD = (
    r"_*(get|create|build|make|load|save|set|setup|set_up|prepare|is|has|mark|init|initialize|from|select|configure|add"
    r"|wrap|convert|replace|enable|disable|register|freeze|unfreeze|print|log|count|parse)_"
)
"""How functions are called that arrange things before a training, or look at them after."""

GRADIENT_SWITCHES = frozenset(
    "enable_grad inference_mode is_grad_enabled no_grad requires_grad requires_grad_ set_grad_enabled "
    "grad_enabled gradient_checkpointing_enable gradient_checkpointing_disable has_grad "
    "mark_non_differentiable retain_grad".split()
)
"""Functions with such a word in their name that only switch recording on or off."""

CARRIER_WORD = re.compile(
    r"(?:^|_)(model|net|network|module|optimizer|optim|opt|optimiser|param|parameter|policy|actor|critic|generator"
    r"|discriminator|encoder|decoder|agent|learner|trainer|engine)s?(?:_?[a-z]|[A-Z])?\d*$",
)
"""Names that are taken to hold a model, an optimizer or parameters without further evidence."""

MODEL_WORD = (
    r"(?i:^(?!.*(trainer|learner|agent|runner|worker|manager|pipeline|solver|experiment))"
    r".*(model|net(?![a-z])|network|module|backbone|policy|actor|critic|generator|disc(?!ount)|encoder|decoder|head"
    r"|layer|branch|prior|vae|teacher|student|clip|bert|transformer|ema|loss|criterion|classifier|embed|adapter))"
)
"""Names of things whose ``train()`` switches a mode. What trains is called otherwise: trainer, agent, learner, runner."""

HOOKS = frozenset(
    "register_comm_hook register_step_pre_hook register_step_post_hook register_optimizer_step_pre_hook "
    "register_optimizer_step_post_hook register_module_full_backward_hook register_multi_grad_hook "
    "register_hook register_post_accumulate_grad_hook register_full_backward_hook register_backward_hook "
    "register_full_backward_pre_hook register_multi_grad_hook".split()
)
"""Registrations after which a backward or a step itself may look at gradients."""
