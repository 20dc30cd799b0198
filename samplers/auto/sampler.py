"""A sampler that decides which one to ask."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, final

from hpo.arrays import Array
from hpo.checks import check_choices, check_function, check_least, check_whole
from hpo.events import TrialState
from hpo.history import History
from hpo.key import Key
from hpo.protocols import Choice, Sampler
from hpo.samplers.auto.effort import Effort, n_models_of, seconds_of_asks
from hpo.samplers.auto.progress import is_stalled, latest
from hpo.samplers.model.exhausted import ON_EXHAUSTED, OnExhausted
from hpo.samplers.model.startup import enough, until
from hpo.space import Space

if TYPE_CHECKING:
    from hpo.samplers.cmaes import CmaEsSampler
    from hpo.samplers.gp import GPSampler
    from hpo.samplers.tpe import TPESampler

__all__ = ["AutoSampler"]

_MOST_OBJECTIVES = 5  # boxes of what a front does not dominate multiply with each objective
_MANY_OBJECTIVES = 3  # of so many no evolutionary sampler finds all of the front
_TURNS = 2  # one trial in so many is another sampler's, where one alone may miss something
_NOISY = 0.01  # share of the variance from which on the best loss is a lucky one
_HANDOVER = 100  # trials, the best of which evolution starts from; fewer than the allowance pays for
_ALLOWANCE = 5.0  # seconds of asks that no objective needs to pay for


@final
@dataclass(frozen=True, kw_only=True)
class AutoSampler:
    """Ask the sampler that promises most: the default of `create_study`.

    Which one that is follows from the log alone, so a resumed study, a replay and each of several workers choose alike.

    * `GPSampler` as long as its asks cost at most some seconds in all, or a tenth of the time that the objectives took,
      for it learned the most from each trial on nearly all of our benchmark's problems, at any number of trials. Where
      an objective takes a minute, that is always. Each further objective costs as much again, a constraint four tenths.
    * It alone, and by draws from the prior, as long as it cannot explain any loss and none stands out: whatever makes
      trials succeed is yet to be found.
    * `TPESampler` for every other trial while the latest fifth has found nothing that is better by more than a
      hundredth of the distance between the best trial and the median: a model that is sure of a wrong thing does not
      notice, and another one looks elsewhere. Not where the model sees noise and no trial was pruned, for then it is
      not sure, and what was found last is a matter of luck. With several objectives both always take turns.
    * Once the first hundred trials have finished, every other one is of an evolutionary sampler, started from the best:
      of `CmaEsSampler` where there is one objective of continuous numbers alone and no constraint, as it gains where
      numbers depend on each other, and under noise; of `NSGAIISampler`, `MOEADSampler` or `NSGAIIISampler` with two,
      three or more objectives, if the space is not finite. The others share the rest. Once `GPSampler` costs too much,
      all are the evolutionary sampler's, as its asks take some tenths of a millisecond; with three and more objectives
      half of them, because `TPESampler` goes on to find parts of fronts that it misses.
    * `TPESampler` from then on everywhere else, whose asks take about a millisecond however many trials there are.
      With more than five objectives it stands in for `GPSampler` from the first.

    The time of asks is that of a fixed model, and the objectives' comes from the times in the log, rounded down. A
    study with a seed whose objective takes neither much less nor much more than a tenth of a second may therefore go
    over to `TPESampler` some trials earlier or later if it is run anew; `overhead=None` leaves time out.

    Hyperopt's adaptive TPE has the same aim: models that were trained on other problems predict the options of TPE from
    features of the problem. Here it is the sampler that is chosen, by rules that can be read.

    Args:
        seed: Becomes the study's seed when the study is created.
        n_startup_trials: As of `GPSampler`.
        overhead: The largest share of the objectives' time that asks may take, beyond the first seconds; None for any.
        on_exhausted: When all configurations of a finite space have been tried, "repeat" those that were tried least
            often, or "stop".
        constraints_func: As of `TPESampler`.

    Raises:
        SearchSpaceExhausted: From `ask` with `on_exhausted="stop"`, when nothing is left; `optimize` then returns.

    Example:
        >>> study = hpo.create_study(sampler=AutoSampler(seed=0))
        >>> study.optimize(lambda trial: trial.suggest_float("x", -1, 1) ** 2, n_trials=30)
        >>> print(study.explain(29))
        Trial 29 was proposed by …Sampler, because …
    """

    seed: int | None = None
    n_startup_trials: int | None = None
    overhead: float | None = 0.1
    on_exhausted: OnExhausted = "repeat"
    constraints_func: Callable[[Any], Sequence[float]] | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        check_function("constraints_func", self.constraints_func, "a function that returns a list of numbers")
        if self.n_startup_trials is not None:
            check_whole("n_startup_trials", self.n_startup_trials, 0)
        if self.overhead is not None:
            check_least("overhead", self.overhead, 0.0)
        check_choices(self, {"on_exhausted": ON_EXHAUSTED})

    def reseed_rng(self) -> None:
        """Do nothing: a draw depends on the study's seed and the trial's number, so no two workers share one."""

    def sample(self, space: Space, history: History, key: Key) -> Array:
        return self.choose(space, history).sampler.sample(space, history, key)

    def choose(self, space: Space, history: History) -> Choice:
        """The sampler that proposes a trial which starts now, and a sentence that says why."""
        m = history.n_objectives
        n = int((history.state <= TrialState.PRUNED).sum())
        sampler = self._gp if m <= _MOST_OBJECTIVES else self._tpe
        n_startup = enough(sampler.n_startup_trials, history)
        if n < n_startup:
            first = "first trial comes" if n_startup == 1 else f"first {n_startup} trials come"
            return Choice(sampler, f"the {first} from the prior, and {n} have finished")
        dear = self._dear(history, n)
        turn = n + len(history.running)
        if m == 1 and not dear and self._gp.explains_nothing(history):
            nothing = "no loss stands out and no model explains any, so that numbers come from the prior"
            return Choice(self._gp, nothing)
        if n >= _HANDOVER and (evolution := self._evolution(space, history)) is not None:
            if dear and m < _MANY_OBJECTIVES:
                return Choice(evolution, dear)
            if turn % _TURNS:
                return Choice(evolution, f"every other trial is its own after the first {_HANDOVER}")
            turn //= _TURNS
        if dear:
            return Choice(self._tpe, dear)
        if turn % _TURNS == 0 and (m > 1 or (is_stalled(history) and not self._is_noisy(history))):
            several = f"of {m} objectives' front each sampler finds parts that another misses, and they take turns"
            stalled = f"the last {latest(n)} trials have found nothing better, and in turn it looks elsewhere"
            return Choice(self._tpe, several if m > 1 else stalled)
        most = "its model learns the most from each trial"
        if n < (last := until(self._gp.n_startup_trials, history)):
            most += f", beside every fourth that comes from the prior until {last} have finished"
        if self.overhead is None:
            return Choice(self._gp, f"{most}, and the time of asks does not matter")
        asks = seconds_of_asks(n + 1, n_models_of(history))
        return Choice(self._gp, f"{most}, and so far its asks take about {asks:.1f} s")

    def _dear(self, history: History, n: int) -> str:
        """Why the best model is not worth its time after n trials; an empty text if it is."""
        if history.n_objectives > _MOST_OBJECTIVES:
            return f"GPSampler would take too long to compare {history.n_objectives} objectives"
        if self.overhead is None:
            return ""
        n_models = n_models_of(history)
        asks, spent = seconds_of_asks(n + 1, n_models), Effort.of(history, n_models).seconds
        if asks <= _ALLOWANCE + self.overhead * spent:
            return ""
        beside = f"{_ALLOWANCE:g} s and {self.overhead:.0%} of the {spent:.0f} s that objectives took"
        return f"{n + 1} asks of GPSampler would take about {asks:.1f} s, more than {beside}"

    def _is_noisy(self, history: History) -> bool:
        """Whether the model sees noise; where trials were pruned, it may be what was made up for their losses."""
        return not (history.state == TrialState.PRUNED).any() and self._gp.noise(history) >= _NOISY

    def _evolution(self, space: Space, history: History) -> Sampler | None:
        """The evolutionary sampler for such a study; None where there is none that gains."""
        from hpo.samplers.model.axes import axes_of

        axes, m = axes_of(space), history.n_objectives
        if m == 1:
            is_continuous = len(axes.numbers) and not axes.in_cells and not len(axes.categories)
            return self._cmaes if is_continuous and not history.constraints else None
        return None if axes.is_finite else _genetic(m)

    @cached_property
    def _gp(self) -> GPSampler:
        from hpo.samplers.gp import GPSampler

        return GPSampler(n_startup_trials=self.n_startup_trials, on_exhausted=self.on_exhausted)

    @cached_property
    def _cmaes(self) -> CmaEsSampler:
        from hpo.samplers.cmaes import CmaEsSampler

        return CmaEsSampler(n_startup_trials=_HANDOVER)

    @cached_property
    def _tpe(self) -> TPESampler:
        from hpo.samplers.tpe import TPESampler

        if self.n_startup_trials is None:
            return TPESampler(on_exhausted=self.on_exhausted)
        return TPESampler(n_startup_trials=self.n_startup_trials, on_exhausted=self.on_exhausted)


@cache
def _genetic(m: int) -> Sampler:
    """The genetic algorithm that gains the most with so many objectives."""
    from hpo.samplers.nsgaii import MOEADSampler, NSGAIIISampler, NSGAIISampler

    return NSGAIISampler() if m == 2 else MOEADSampler() if m == 3 else NSGAIIISampler()
