import lightgbm as lgb
import optuna
from optuna_integration import LightGBMPruningCallback
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

x, y = load_digits(return_X_y=True)
x, x_valid, y, y_valid = train_test_split(x, y % 2, random_state=0)
train = lgb.Dataset(x, y, params={"feature_pre_filter": False})
valid = lgb.Dataset(x_valid, y_valid, reference=train)


def objective(trial):
    params = {
        "objective": "binary", "metric": "binary_logloss", "bagging_freq": 1, "verbosity": -1, "num_threads": 1,
        "learning_rate": trial.suggest_float("learning_rate", 0.005, 0.5, log=True),
        "num_leaves": trial.suggest_int("num_leaves", 2, 128, log=True),
        "max_depth": trial.suggest_int("max_depth", 2, 12),
        "min_data_in_leaf": trial.suggest_int("min_data_in_leaf", 1, 300, log=True),
        "feature_fraction": trial.suggest_float("feature_fraction", 0.2, 1.0),
        "bagging_fraction": trial.suggest_float("bagging_fraction", 0.3, 1.0),
        "lambda_l1": trial.suggest_float("lambda_l1", 1e-6, 10.0, log=True),
        "lambda_l2": trial.suggest_float("lambda_l2", 1e-6, 100.0, log=True),
        "min_gain_to_split": trial.suggest_float("min_gain_to_split", 1e-6, 10.0, log=True),
        "boosting": trial.suggest_categorical("boosting", ["gbdt", "dart"]),
    }  # fmt: skip
    pruning = LightGBMPruningCallback(trial, "binary_logloss")
    model = lgb.train(params, train, 50, valid_sets=[valid], callbacks=[pruning])
    return model.best_score["valid_0"]["binary_logloss"]


study = optuna.create_study()
study.optimize(objective, n_trials=10)
print(study.best_value, study.best_params)
