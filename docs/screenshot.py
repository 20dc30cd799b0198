"""Makes the README's pictures: the dashboard of a study of breast tumours, light and dark.

    python docs/screenshot.py docs/static

Needs scikit-learn, selenium, and Debian's packages chromium and chromium-driver.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image
from selenium import webdriver
from selenium.webdriver.support.ui import WebDriverWait
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

import hpo

WIDTH, HEIGHT = 1480, 885
X, Y = load_breast_cancer(return_X_y=True)


def objective(trial: hpo.Trial) -> float:
    """The accuracy of a support vector machine or a forest."""
    if trial.suggest_categorical("family", ["svm", "forest"]) == "svm":
        c = trial.suggest_float("C", 1e-3, 1e3, log=True)
        model: Any = SVC(C=c, gamma=trial.suggest_float("gamma", 1e-5, 1e1, log=True))
    else:
        features = trial.suggest_float("features", 0.05, 1.0)
        model = RandomForestClassifier(trial.suggest_int("trees", 3, 15), max_features=features, random_state=0)
    return float(cross_val_score(make_pipeline(StandardScaler(), model), X, Y, cv=3).mean())


@contextmanager
def browser(scheme: str) -> Iterator[webdriver.Chrome]:
    """Chromium without a window, for people who like it light or dark."""
    options = webdriver.ChromeOptions()
    options.binary_location = str(shutil.which("chromium"))
    for argument in ("--headless=new", "--no-sandbox", "--hide-scrollbars", f"--window-size={WIDTH},{HEIGHT}"):
        options.add_argument(argument)
    driver = webdriver.Chrome(options, webdriver.ChromeService(shutil.which("chromedriver")))
    try:
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        size = {"width": WIDTH, "height": HEIGHT, "deviceScaleFactor": 1, "mobile": False}
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        yield driver
    finally:
        driver.quit()


def drawn(driver: webdriver.Chrome) -> bool:
    """Whether the plots that one sees are there."""
    script = "return document.querySelectorAll('.js-plotly-plot .main-svg').length"
    return int(driver.execute_script(script)) > 2


def main(folder: Path) -> None:
    hpo.logging.set_verbosity(hpo.logging.WARNING)
    study = hpo.create_study(study_name="tumours", direction="maximize", sampler=hpo.samplers.TPESampler(), seed=0)
    study.optimize(objective, n_trials=80)
    served = study.dashboard()
    for scheme in ("light", "dark"):
        with browser(scheme) as driver:
            driver.get(served.url)
            WebDriverWait(driver, 60).until(drawn)
            picture = Image.open(BytesIO(driver.get_screenshot_as_png())).convert("RGB")
        picture.quantize(128, dither=Image.Dither.NONE).save(folder / f"dashboard-{scheme}.png", optimize=True)
    served.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
